using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Recordings;
using MdiQkd.Measurement;
using MdiQkd.Measurement.Statistics;
using MdiQkd.Protocol;

namespace MdiQkd.Replay;

/// <summary>
/// Replays a recording: a glance at its start finds channels and phase where none are given, then one pass in bounded memory
/// feeds all statistics and the Bell-state measurement.
/// </summary>
internal sealed class ReplayRun
{
    // Enough for a phase to some ps and to meet every channel that clicks more than a thousandth of the time.
    private const int GlanceTags = 1 << 17;

    private readonly ReplayRequest request;
    private readonly TimeTagBlock block = new();
    private IReadOnlyList<byte> channels = [];
    private long phasePs;
    private long firstPs;

    private ReplayRun(ReplayRequest request) => this.request = request;

    /// <summary>Rates over time.</summary>
    internal RateTrace Rates { get; } = new();

    /// <summary>Intervals between tags of the first of the two channels.</summary>
    internal IntervalHistogram? Intervals { get; private set; }

    /// <summary>Arrivals of the two channels, if there is a clock.</summary>
    internal IReadOnlyList<ArrivalHistogram> Arrivals { get; private set; } = [];

    /// <summary>Correlation of the two channels.</summary>
    internal CorrelationHistogram? Correlation { get; private set; }

    /// <summary>Slot raster, if there is a clock.</summary>
    internal SlotTiming? Timing => request.Timing;

    /// <summary>The report, without plots.</summary>
    internal ReplayReport? Report { get; private set; }

    /// <summary>Replays.</summary>
    /// <exception cref="ReplayException">The header is refused.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static async Task<ReplayRun> RunAsync(ReplayRequest request, CancellationToken ct)
    {
        ReplayRun run = new(request);
        await run.GlanceAsync(ct).ConfigureAwait(false);
        await run.PassAsync(ct).ConfigureAwait(false);
        return run;
    }

    private async Task<(IRecording Recording, RecordingFormat Format)> OpenAsync(CancellationToken ct)
    {
        (IRecording? recording, RecordingFormat format, TimeTagError error) =
            await RecordingFile.OpenAsync(request.File, request.Format, ct).ConfigureAwait(false);
        return recording is not null ? (recording, format)
            : throw new ReplayException(RecordingNames.Describe(error));
    }

    private async Task GlanceAsync(CancellationToken ct)
    {
        (IRecording recording, _) = await OpenAsync(ct).ConfigureAwait(false);
        await using (recording.ConfigureAwait(false))
        {
            ArrivalHistogram[] byChannel = request.ClockPs is null ? []
                : [.. Enumerable.Range(0, 256).Select(channel => new ArrivalHistogram((byte)channel, request.ClockPs.Value, Bins))];
            while (recording.Counters.Tags < GlanceTags && await recording.ReadAsync(block, ct).ConfigureAwait(false))
            {
                foreach (ArrivalHistogram arrivals in byChannel)
                {
                    arrivals.Add(block);
                }
            }

            byte[] seen = [.. Enumerable.Range(0, 256).Where(c => recording.Counters.Photons[c] > 0).Select(c => (byte)c)];
            channels = request.Channels is { } pair ? [pair.C, pair.D]
                : seen.Length == 0 ? [0, 0]
                : [seen[0], seen[seen.Length > 1 ? 1 : 0]];
            firstPs = recording.Counters.FirstTagPs;
            phasePs = request.PhasePs ?? 0;
            if (request.PhasePs is null && request.Timing is { } timing)
            {
                WindowFit.TryFindEarlyCentre(
                    [.. channels.Distinct().Select(c => byChannel[c])], timing.BinSpacingPs, timing.WindowPs, out phasePs);
            }
        }
    }

    private int Bins => Math.Min(request.HistogramBins, request.ClockPs ?? request.HistogramBins);

    private async Task PassAsync(CancellationToken ct)
    {
        Intervals = new IntervalHistogram(channels[0]);
        Correlation = new CorrelationHistogram(channels[0], channels[1], request.TauMaxPs, request.TauBinPs);
        CoincidenceCounter coincidences = new(request.CoincidencePs);
        Arrivals = request.ClockPs is { } period
            ? [.. channels.Distinct().Select(channel => new ArrivalHistogram(channel, period, Bins))]
            : [];
        TagCorrection? correction = request.Timing is { } raster && channels[0] != channels[1]
            ? new TagCorrection(request, channels[0], channels[1], StartPs(raster))
            : null;
        BsmClassifier? classifier = correction is null ? null : Classifier(request.Timing!, correction.DelaysLeft);
        BsmEventBuffer events = new();
        AnnouncementSize announced = new();
        (IRecording recording, RecordingFormat format) = await OpenAsync(ct).ConfigureAwait(false);
        await using (recording.ConfigureAwait(false))
        {
            while (await recording.ReadAsync(block, ct).ConfigureAwait(false))
            {
                Rates.Add(block);
                Intervals.Add(block);
                Correlation.Add(block);
                coincidences.Add(block);
                foreach (ArrivalHistogram arrivals in Arrivals)
                {
                    arrivals.Add(block);
                }

                correction?.Feed(block);
                Classify();
            }

            correction?.Complete();
            Classify();
            Report = MakeReport(recording, format, coincidences, classifier, announced) with { SlotClock = correction?.Report() };
        }

        void Classify()
        {
            while (correction?.Next() is { } corrected)
            {
                classifier!.Classify(corrected, events);
                announced.Add(events);
                events.Clear();
            }
        }
    }

    private BsmClassifier Classifier(SlotTiming timing, ChannelDelays? delays)
    {
        long startPs = StartPs(timing);
        return new BsmClassifier(
            new BsmSettings(timing, channels[0], channels[1], request.AcceptPsiPlus),
            startPs,
            (TagFrame.TimePsMax - startPs) / timing.SlotPeriodPs,
            delays);
    }

    // The first slot that begins at or after the first tag and has its early bin at the phase.
    private long StartPs(SlotTiming timing)
    {
        long offsetPs = firstPs - (phasePs - timing.EarlyCentrePs);
        long period = timing.SlotPeriodPs;
        return firstPs + ((period - (((offsetPs % period) + period) % period)) % period);
    }

    private ReplayReport MakeReport(
        IRecording recording, RecordingFormat format, CoincidenceCounter coincidences, BsmClassifier? classifier,
        AnnouncementSize announced)
    {
        RecordingCounters n = recording.Counters;
        byte[] seen = [.. Rates.Channels];
        double seconds = (n.LastTagPs - n.FirstTagPs) * 1e-12;
        double[] g = Correlation!.Normalised();
        return new ReplayReport(
            request.File,
            RecordingNames.Of(format),
            n.Records,
            seen.ToDictionary(c => $"{c}", c => n.Photons[c]),
            n.Overflows,
            n.Markers,
            n.FirstTagPs,
            n.LastTagPs,
            n.BackwardTags + n.Skipped,
            n.BackwardTags,
            n.Skipped,
            n.ReportedLost,
            n.DamagedBlocks,
            n.DamagedBytes,
            n.TruncatedBytes,
            recording.EndReason.ToString().ToLowerInvariant(),
            seconds,
            seen.ToDictionary(c => $"{c}", c => seconds > 0 ? n.Photons[c] / seconds : 0),
            channels,
            new CorrelationReport(
                channels[0], channels[1], Correlation.BinPs, Correlation.TauPs(0), g[g.Length / 2], Correlation.Counts, g,
                Correlation.Saturated),
            [.. Pairs(seen).Select(pair => new CoincidenceReport(
                pair.A, pair.B, request.CoincidencePs, coincidences.Pairs(pair.A, pair.B), coincidences.Accidentals(pair.A, pair.B)))],
            Arrivals.Count == 0 ? null : new ArrivalReport(
                request.ClockPs!.Value, phasePs, Arrivals.ToDictionary(a => $"{a.Channel}", a => a.Counts)),
            classifier is null ? null : MakeReport(classifier, announced),
            []);
    }

    private MeasurementReport MakeReport(BsmClassifier classifier, AnnouncementSize announced)
    {
        MeasurementCounters n = classifier.Counters;
        return new MeasurementReport(
            StartPs(request.Timing!), n.JudgedSlots, n.VoidSlots, n.PsiMinus, n.PsiPlus, n.SameBin, n.MultiClick, n.SinglesC,
            n.SinglesD, n.BackgroundC, n.BackgroundD, announced.Events, announced.BytesPerEvent);
    }

    // All pairs of different channels, and a channel with itself if it is alone.
    private static IEnumerable<(byte A, byte B)> Pairs(byte[] seen) => seen.Length == 1
        ? [(seen[0], seen[0])]
        : seen.SelectMany((a, i) => seen.Skip(i + 1).Select(b => (a, b)));
}
