using MdiQkd.KeyRate.Channel;

namespace MdiQkd.KeyRate.Planning;

/// <summary>Everything about a block but the users' settings: what they are chosen for.</summary>
/// <param name="Channel">Arms, detectors and imperfections.</param>
/// <param name="Blind">Dead time of the detectors.</param>
/// <param name="Slots">Planned number of slots N of the block.</param>
/// <param name="Security">Failure probabilities.</param>
/// <param name="ReconciliationEfficiency">f, failed frames included: 1 to 10; null = <see cref="MeasuredEfficiency.OfBlock"/>.</param>
/// <param name="Estimation">Method of the bounds; null = <see cref="EstimationOptions.Default"/>.</param>
public sealed record BlockScenario(
    ChannelParameters Channel,
    BlindBins Blind,
    double Slots,
    SecurityParameters Security,
    double? ReconciliationEfficiency = null,
    EstimationOptions? Estimation = null);
