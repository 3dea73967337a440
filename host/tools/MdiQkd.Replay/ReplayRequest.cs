using MdiQkd.Acquisition.Recordings;
using MdiQkd.Measurement;
using MdiQkd.Measurement.Statistics;
using MdiQkd.Protocol;

namespace MdiQkd.Replay;

/// <summary>What `mdiqkd replay` is asked for.</summary>
internal sealed record ReplayRequest
{
    /// <summary>The recording.</summary>
    internal required string File { get; init; }

    /// <summary>Its format; Unknown = detect it.</summary>
    internal RecordingFormat Format { get; init; }

    /// <summary>Two channels for correlation and Bell-state measurement; null = the first two that have tags.</summary>
    internal (byte C, byte D)? Channels { get; init; }

    /// <summary>Slot period; null = no slots, and intervals instead of arrival times.</summary>
    internal int? ClockPs { get; init; }

    /// <summary>Distance of the time bins; null = half the period.</summary>
    internal int? BinSpacingPs { get; init; }

    /// <summary>Width of the windows; null = a fifth of the period.</summary>
    internal int? WindowPs { get; init; }

    /// <summary>Centre of the early bin in the period; null = found from the arrivals.</summary>
    internal long? PhasePs { get; init; }

    /// <summary>Delays of the two channels.</summary>
    internal ChannelDelays Delays { get; init; } = ChannelDelays.None;

    /// <summary>Whether the slot clock is recovered from the tags instead of taken as given.</summary>
    internal bool RecoversClock { get; init; }

    /// <summary>Whether |ψ⁺⟩ counts as an event.</summary>
    internal bool AcceptPsiPlus { get; init; }

    /// <summary>Tags at most this far apart are a coincidence.</summary>
    internal long CoincidencePs { get; init; } = 1000;

    /// <summary>Reach of the correlation.</summary>
    internal long TauMaxPs { get; init; } = 100_000;

    /// <summary>Bin of the correlation.</summary>
    internal long TauBinPs { get; init; } = 500;

    /// <summary>Bins of the arrival histogram at most.</summary>
    internal int HistogramBins { get; init; } = 500;

    /// <summary>Folder for plots; null = none.</summary>
    internal string? PlotFolder { get; init; }

    /// <summary>Slot raster, if a clock is given.</summary>
    internal SlotTiming? Timing => ClockPs is { } period
        ? new SlotTiming(period, BinSpacingPs ?? period / 2, WindowPs ?? Math.Max(1, period / 5))
        : null;

    /// <summary>What is wrong with the numbers, or null.</summary>
    internal string? Fault() =>
        Timing?.Fault() is { } timing ? timing
        : Channels is { } pair && pair.C == pair.D && ClockPs is not null
            ? $"--channels {pair.C},{pair.D}: a Bell-state measurement needs two channels"
        : Delays.Fault() is { } delays ? $"--delays: {delays}"
        : (RecoversClock || Delays != ChannelDelays.None) && ClockPs is null
            ? "--recover-clock and --delays are for a Bell-state measurement: give the slot period with --clock"
        : TauMaxPs < TauBinPs ? $"--tau-max {TauMaxPs} is below --tau-bin {TauBinPs}"
        : TauMaxPs / TauBinPs >= CorrelationHistogram.BinsMax / 2
            ? $"--tau-max {TauMaxPs} with --tau-bin {TauBinPs}: more than {CorrelationHistogram.BinsMax} bins"
        : null;
}
