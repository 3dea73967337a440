using System.Globalization;
using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;

namespace MdiQkd.Node;

/// <summary>
/// What this node believes about the light's way from itself and a peer to the hub's detectors, measured by its operator. Blocks are
/// planned and proposals judged with it; no key depends on it, and the hub has no say in it.
/// </summary>
/// <param name="LossDb">Loss of this node's arm up to the detectors, hub included, detector efficiency excluded, 0..200.</param>
/// <param name="PeerLossDb">The same for the peer's arm.</param>
/// <param name="DetectorEfficiency">Efficiency of both detectors, 0..1.</param>
/// <param name="DarkRateHz">Dark and background counts of one detector, 0..1e8.</param>
/// <param name="DeadTimePs">Dead time of a detector.</param>
/// <param name="Overlap">M of the two users' pulses, 0..1.</param>
/// <param name="Extinction">Share of a Z pulse in the wrong bin, 0..0.5.</param>
/// <param name="PhaseErrorRad">Relative phase error of the X states.</param>
/// <param name="MisalignmentZ">Probability that a Z–Z event is read with one bit flipped, 0..0.5.</param>
/// <param name="MisalignmentX">The same for all other events.</param>
public sealed record LinkModel(
    double LossDb,
    double PeerLossDb,
    double DetectorEfficiency,
    double DarkRateHz,
    double DeadTimePs = 0,
    double Overlap = 1,
    double Extinction = 0,
    double PhaseErrorRad = 0,
    double MisalignmentZ = 0,
    double MisalignmentX = 0)
{
    /// <summary>The same way seen from the peer.</summary>
    internal LinkModel Exchanged => this with { LossDb = PeerLossDb, PeerLossDb = LossDb };

    /// <summary>Channel of the key-rate library with this node as A.</summary>
    internal ChannelParameters Channel(SlotTiming timing, bool acceptPsiPlus) => new(
        LossDb,
        PeerLossDb,
        DetectorEfficiency,
        ChannelParameters.DarkCountsOf(DarkRateHz, timing.WindowPs),
        Overlap,
        Extinction,
        PhaseErrorRad,
        MisalignmentZ,
        MisalignmentX,
        acceptPsiPlus);

    /// <summary>What is wrong, or null.</summary>
    public string? Fault(SlotTiming timing)
    {
        ArgumentNullException.ThrowIfNull(timing);
        foreach ((string key, double value, double min, double max) in new[]
        {
            ("lossDb", LossDb, 0, 200),
            ("peerLossDb", PeerLossDb, 0, 200),
            ("detectorEfficiency", DetectorEfficiency, 0, 1),
            ("darkRateHz", DarkRateHz, 0, 1e8),
            ("deadTimePs", DeadTimePs, 0, (double)timing.SlotPeriodPs * BlindBins.Max / 2),
            ("overlap", Overlap, 0, 1),
            ("extinction", Extinction, 0, 0.5),
            ("phaseErrorRad", PhaseErrorRad, -Math.PI, Math.PI),
            ("misalignmentZ", MisalignmentZ, 0, 0.5),
            ("misalignmentX", MisalignmentX, 0, 0.5),
        })
        {
            if (!(value >= min && value <= max))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{key} = {value} is outside {min}..{max}");
            }
        }

        return null;
    }
}
