using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MdiQkd.Acquisition.Recordings;

/// <summary>
/// PicoQuant unified TTTR recording in T2 mode. Tagger channel 0 is the sync input, channel k + 1 the regular channel k. The
/// number of records in the header is a claim: the file is read to its end.
/// </summary>
public sealed class PtuT2Source : RecordingSource
{
    private const int RecordBytes = 4;
    private const uint PicoHarpOverflowTicks = 210_698_240;
    private const uint HydraHarpV1OverflowTicks = 33_552_000;
    private const uint OverflowTicks = 33_554_432;
    private const uint OverflowChannel = 63;
    private const uint MarkerChannelMax = 15;

    private long overflowTicks;

    private PtuT2Source(Stream stream, PtuHeader header)
        : base(stream, RecordBytes) => Header = header;

    /// <summary>Header of the file.</summary>
    public PtuHeader Header { get; }

    /// <summary>Whether runs of tags are decoded at a time; the result is the same, and tests compare.</summary>
    internal bool DecodesRuns { get; set; } = true;

    /// <summary>Opens a recording.</summary>
    /// <param name="stream">At its start; the source disposes it in the end, also if there is no source.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The source, or null and why the header is refused.</returns>
    public static async ValueTask<(PtuT2Source? Source, TimeTagError Error)> OpenAsync(Stream stream, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (PtuHeader? header, TimeTagError error) = await PtuHeader.ReadAsync(stream, ct).ConfigureAwait(false);
        if (header is null)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return (null, error);
        }

        return (new PtuT2Source(stream, header), TimeTagError.None);
    }

    private protected override void Decode(ReadOnlySpan<byte> records)
    {
        // A tick of whole picoseconds, as all these devices have: runs of tags take a multiplication each.
        bool runs = DecodesRuns && BitConverter.IsLittleEndian && Header.ResolutionFs % 1000 == 0 && Header.ResolutionFs < 1_000_000_000;
        bool picoHarp = Header.RecordType == PtuRecordType.PicoHarp;
        while (!records.IsEmpty)
        {
            if (runs && overflowTicks < TagFrame.TimePsMax / Header.ResolutionFs)
            {
                long tickPs = Header.ResolutionFs / 1000;
                int used = AddRun(
                    MemoryMarshal.Cast<byte, uint>(records), picoHarp ? 15u << 28 : 1u << 31, picoHarp ? 28 : 25, overflowTicks * tickPs, tickPs);
                records = records[(used * RecordBytes)..];
                if (records.IsEmpty)
                {
                    return;
                }
            }

            uint record = BinaryPrimitives.ReadUInt32LittleEndian(records);
            records = records[RecordBytes..];
            if (picoHarp)
            {
                DecodePicoHarp(record);
            }
            else
            {
                DecodeHydraHarp(record);
            }
        }
    }

    private void DecodePicoHarp(uint record)
    {
        uint channel = record >> 28;
        uint ticks = record & 0x0FFF_FFFF;
        if (channel < 15)
        {
            AddTicks(ticks, (byte)(channel + 1));
        }
        else if ((ticks & 15) == 0)
        {
            AddOverflow(PicoHarpOverflowTicks);
        }
        else
        {
            Counters.Markers++;
        }
    }

    private void DecodeHydraHarp(uint record)
    {
        bool special = record >> 31 != 0;
        uint channel = (record >> 25) & 63;
        uint ticks = record & 0x01FF_FFFF;
        if (!special)
        {
            AddTicks(ticks, (byte)(channel + 1));
        }
        else if (channel == OverflowChannel)
        {
            AddOverflow(Header.RecordType == PtuRecordType.HydraHarpV1
                ? HydraHarpV1OverflowTicks
                : (long)OverflowTicks * Math.Max(1, ticks));
        }
        else if (channel == 0)
        {
            AddTicks(ticks, 0);
        }
        else if (channel <= MarkerChannelMax)
        {
            Counters.Markers++;
        }
        else
        {
            Skip();
        }
    }

    private void AddOverflow(long ticks)
    {
        Counters.Overflows++;
        overflowTicks = Math.Min(overflowTicks + ticks, TagFrame.TimePsMax);
    }

    private void AddTicks(uint ticks, byte channel)
    {
        Int128 timePs = (Int128)(overflowTicks + ticks) * Header.ResolutionFs / 1000;
        AddTag(timePs > TagFrame.TimePsMax ? long.MaxValue : (long)timePs, channel);
    }
}
