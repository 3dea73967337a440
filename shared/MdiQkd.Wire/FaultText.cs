namespace MdiQkd.Wire;

/// <summary>What a fault means and where a technician should look, in one sentence each.</summary>
public static class FaultText
{
    /// <summary>Text for a fault; for an unknown one it says so.</summary>
    public static string Describe(FaultCode code)
    {
        switch (code)
        {
            case FaultCode.None:
                return "No fault.";
            case FaultCode.HostSilent:
                return "The hub daemon went silent and the light was blocked: is the daemon running, is the cable plugged?";
            case FaultCode.LinkLost:
                return "The link closed or takes no bytes: check cable, USB adapter and network.";
            case FaultCode.GarbageReceived:
                return "Bytes arrive that are no frames: check the baud rate, and that nothing else talks on this port.";
            case FaultCode.FrameCorrupt:
                return "Frames arrive damaged: check cable length, ground and baud rate.";
            case FaultCode.FrameAbandoned:
                return "A frame stopped in the middle: check the cable and the load of the host.";
            case FaultCode.WrongVersion:
                return "The host speaks another protocol version: flash the firmware that belongs to the hub's software.";
            case FaultCode.SequenceGap:
                return "Frames of the host were lost on the way: check cable, ground and baud rate.";
            case FaultCode.UnknownCommand:
                return "The host sent a command that this firmware does not know: update the firmware.";
            case FaultCode.BadRequest:
                return "The host sent a value that cannot be: check the hub's configuration against the board.";
            case FaultCode.SwitchStuck:
                return "A switch unit does not move: check coil supply, driver outputs and the unit itself.";
            case FaultCode.SwitchWrongPort:
                return "A switch unit went to the wrong port: check address or coil wiring and the sense lines.";
            case FaultCode.SwitchNotSettled:
                return "A switch unit does not come to rest: check the coil supply voltage and the settle time.";
            case FaultCode.SwitchNoReply:
                return "A switch unit does not answer: check its supply, cable and address.";
            case FaultCode.SwitchNotDark:
                return "Dark could not be verified, only the shutter line blocks the light: do not trust it, unplug the fibres.";
            case FaultCode.SwitchMovedUnasked:
                return "A switch unit moved by itself: check its supply and whether something else drives it.";
            case FaultCode.SwitchDriverFault:
                return "The driver chip of the switch does not keep its outputs: check its supply, reset line and SPI wiring.";
            case FaultCode.CoilPulseLong:
                return "A coil was on for too long: check the coil for heat and the log for what held the firmware up.";
            case FaultCode.SwitchRetried:
                return "A move had to be repeated: the unit ages or its supply is weak.";
            case FaultCode.SwitchWorn:
                return "A switch unit has reached its rated number of operations: plan its replacement.";
            case FaultCode.TaggerAllOnes:
                return "The tagger answers all ones: check its supply, chip select and the MISO line.";
            case FaultCode.TaggerAllZeros:
                return "The tagger answers all zeros: check its supply and whether MISO is shorted to ground.";
            case FaultCode.TaggerRegister:
                return "A tagger register does not keep its value: check SPI wiring and speed, and the fixed bytes of the part fitted.";
            case FaultCode.ReferenceMissing:
                return "The reference clock is missing: check the 10 MHz cable and the level at the reference input.";
            case FaultCode.ReferenceStuck:
                return "Tags arrive but the reference index stands still: check the reference clock at the tagger.";
            case FaultCode.FifoOverflow:
                return "The tagger's FIFO overflowed: lower the count rate, disable channels or use the front end.";
            case FaultCode.LinkBackPressure:
                return "Tags were dropped because the host or the link is too slow: use a faster link or lower the count rate.";
            case FaultCode.ResultImplausible:
                return "The tagger delivers results that cannot be: check SPI wiring, speed and the reference frequency setting.";
            case FaultCode.TagsOutOfOrder:
                return "Tags came too late to be ordered: lower the count rate.";
            case FaultCode.EpochUncertain:
                return "No tag for so long that the time base may be off by whole wraps: restart the capture.";
            case FaultCode.FrontEndAbsent:
                return "The front end does not answer: check its supply, configuration and SPI wiring.";
            case FaultCode.FrontEndBlock:
                return "Blocks of the front end arrive damaged: check SPI wiring and speed.";
            case FaultCode.BenchTimer:
                return "The TDC7200 does not see the calibration pulse: check its clock, ENABLE line and the loop-back cable.";
            case FaultCode.SpiFailed:
                return "The SPI bus failed: check that the bus is configured and not used by something else.";
            case FaultCode.LoopLate:
                return "The firmware was held up: check the load and whether a debugger is attached.";
            case FaultCode.TemperatureHigh:
                return "The board is too warm: check fan and ventilation.";
            case FaultCode.MemoryLow:
                return "Memory is short: lower the number of block buffers or use a board with more memory.";
            case FaultCode.FirmwareError:
                return "The firmware ran into an error and went dark: note the fault table, then restart the board.";
            default:
                return "A fault that this software does not know: the firmware is newer.";
        }
    }
}
