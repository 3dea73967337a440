using MdiQkd.KeyRate.Channel;

namespace MdiQkd.KeyRate.ModePairing;

/// <summary>Everything about a block of the mode-pairing protocol but the users' settings. For evaluation only: no node runs it.</summary>
/// <param name="Channel">
/// Arms, detectors and imperfections of the same hub; both outcomes count, whatever it says about |ψ⁺⟩. Extinction is the share of a pulse's
/// light in a vacuum round.
/// </param>
/// <param name="Blind">Dead time in half rounds, as for slots with a late bin that stays empty.</param>
/// <param name="Rounds">Planned number of rounds of the block, one pulse of each user per round.</param>
/// <param name="RoundSeconds">Time from round to round.</param>
/// <param name="Phase">How well the phases of two rounds are known.</param>
/// <param name="PairingRoundsMax">Longest distance of two paired rounds that the optimiser may choose; 1 to 1e9.</param>
/// <param name="Security">Failure probabilities.</param>
/// <param name="ReconciliationEfficiency">f, 1 to 10; null = <see cref="MeasuredEfficiency"/>.</param>
/// <param name="Chernoff">Form of the Chernoff bound.</param>
public sealed record ModePairingScenario(
    ChannelParameters Channel,
    BlindBins Blind,
    double Rounds,
    double RoundSeconds,
    PairingPhase Phase,
    double PairingRoundsMax,
    SecurityParameters Security,
    double? ReconciliationEfficiency = null,
    ChernoffKind Chernoff = ChernoffKind.Tight)
{
    /// <summary>Throws <see cref="KeyRateInputException"/> for the first field out of range.</summary>
    internal void Validate()
    {
        Channel.Validated();
        KeyRateInputException.RequireInside(Rounds, 0, 1e30);
        KeyRateInputException.RequireInside(RoundSeconds, 0, 1);
        KeyRateInputException.RequireRange(PairingRoundsMax, 1, 1e9);
        Phase.Validate();
        Security.Validate();
        KeyRateInputException.RequireRange(ReconciliationEfficiency ?? 1, 1, 10, nameof(ReconciliationEfficiency));
    }
}
