using System;
using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>Commands of a front end with FIFO over SPI.</summary>
public sealed class FrontEndDevice
{
    private readonly ISpiBus bus;
    private readonly FaultLog faults;
    private readonly byte[] command = new byte[FrontEndRegisters.ShortBytes];
    private readonly byte[] answer = new byte[FrontEndRegisters.ShortBytes];
    private readonly byte[] readBlock;

    /// <summary>Takes the front end; sends nothing yet.</summary>
    /// <param name="bus">SPI mode 0, most significant bit first.</param>
    /// <param name="frameBytes">Length of a block transaction.</param>
    /// <param name="faults">Where faults go.</param>
    public FrontEndDevice(ISpiBus bus, int frameBytes, FaultLog faults)
    {
        this.bus = bus;
        this.faults = faults;
        readBlock = new byte[frameBytes];
        readBlock[0] = FrontEndRegisters.BlockOpcode;
    }

    /// <summary>Answer to the last command; [<see cref="FrontEndRegisters.ShortBytes"/>], owned by this device.</summary>
    public byte[] Answer => answer;

    /// <summary>Asks for name, version and format.</summary>
    /// <returns>Whether a front end of this version answered.</returns>
    public bool TryIdentify()
    {
        bool isSound = TryCommand(FrontEndRegisters.IdentifyOpcode)
            && Magic() == FrontEndRegisters.IdentifyMagic && answer[8] == FrontEndRegisters.Version;
        if (!isSound)
        {
            faults.Raise(FaultCode.FrontEndAbsent, (int)Magic());
        }

        return isSound;
    }

    /// <summary>Asks for the state: the properties below.</summary>
    public bool TryStatus() => TryCommand(FrontEndRegisters.StatusOpcode) && Magic() == FrontEndRegisters.StatusMagic;

    /// <summary>Status: whether a capture runs.</summary>
    public bool IsRunning => (answer[8] & FrontEndRegisters.RunningBit) != 0;

    /// <summary>Status: whether the reference clock is there.</summary>
    public bool IsReferencePresent => (answer[8] & FrontEndRegisters.ReferenceBit) != 0;

    /// <summary>Status: the capture.</summary>
    public int CaptureId => LittleEndian.GetUInt16(answer, 10);

    /// <summary>Ends the capture; the next status says whether it has.</summary>
    public void Stop() => TryCommand(FrontEndRegisters.StopOpcode);

    /// <summary>Begins a capture; the next status says whether it has.</summary>
    public void Start(int captureId, TaggingSettings settings)
    {
        LittleEndian.PutUInt16(command, 4, captureId);
        LittleEndian.PutUInt16(command, 6, settings.BlockItems);
        LittleEndian.PutUInt16(command, 8, settings.BlockFlushMs);
        LittleEndian.PutUInt16(command, 10, settings.ChannelMask);
        TryCommand(FrontEndRegisters.StartOpcode);
    }

    /// <summary>Says that all blocks below <paramref name="number"/> have arrived; if that is lost, the block comes again.</summary>
    public void Release(uint number)
    {
        LittleEndian.PutUInt32(command, 4, number);
        TryCommand(FrontEndRegisters.ReleaseOpcode);
    }

    /// <summary>Reads the oldest block into a frame buffer: prefix where the frame header will stand, then the payload.</summary>
    /// <returns>Whether the prefix is that of a block which fits the buffer. The payload is for the host to check.</returns>
    public bool TryReadBlock(byte[] frame)
    {
        if (!TryTransfer(readBlock, frame) || !IsAnswerSound(frame))
        {
            return false;
        }

        uint payloadBytes = LittleEndian.GetUInt32(frame, 8);
        return LittleEndian.GetUInt32(frame, FrontEndRegisters.AnswerOffset) == FrontEndRegisters.BlockMagic
            && payloadBytes >= TagBlock.HeaderBytes && payloadBytes <= (uint)(frame.Length - Frame.HeaderBytes);
    }

    private uint Magic() => LittleEndian.GetUInt32(answer, FrontEndRegisters.AnswerOffset);

    private static bool IsAnswerSound(byte[] bytes) =>
        LittleEndian.GetUInt32(bytes, FrontEndRegisters.ChecksumOffset) == Crc32C.Compute(
            bytes, FrontEndRegisters.AnswerOffset, FrontEndRegisters.ChecksumOffset - FrontEndRegisters.AnswerOffset);

    private bool TryCommand(byte opcode)
    {
        command[0] = opcode;
        LittleEndian.PutUInt32(
            command, FrontEndRegisters.ChecksumOffset, Crc32C.Compute(command, 0, FrontEndRegisters.ChecksumOffset));
        bool isSound = TryTransfer(command, answer) && IsAnswerSound(answer);
        Array.Clear(command, 0, command.Length);
        return isSound;
    }

    private bool TryTransfer(byte[] write, byte[] read)
    {
        bool hasWorked = SpiTransaction.Try(bus, write, read);
        if (!hasWorked)
        {
            faults.Raise(FaultCode.SpiFailed, write[0]);
        }

        return hasWorked;
    }
}
