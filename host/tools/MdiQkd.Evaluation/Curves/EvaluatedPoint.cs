using MdiQkd.Evaluation.Scenarios;
using MdiQkd.Evaluation.Validation;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Curves;

/// <summary>One scenario evaluated with one curve.</summary>
/// <param name="Curve">Protocol and analysis.</param>
/// <param name="X">Value of the swept quantity.</param>
/// <param name="Scenario">All assumptions.</param>
/// <param name="BitsPerSlot">Secret bits per slot of light; 0 if there is no key.</param>
/// <param name="Share">Share of the time in which the pair has light.</param>
internal sealed record EvaluatedPoint(
    Curve Curve, double X, EvaluationScenario Scenario, double BitsPerSlot, double Share)
{
    /// <summary>Secret bits per second of one pair, turns of other pairs included.</summary>
    internal double BitsPerSecond => BitsPerSlot * Scenario.Timing.SlotRateHz * Share;

    /// <summary>Key of a block in bits, 0 or less if there is none; null for an infinite block.</summary>
    internal double? Ell { get; init; }

    /// <summary>Expected raw key bits of a block; null for a bound.</summary>
    internal double? Sifted { get; init; }

    /// <summary>Expected announced events of a block; null where not computed.</summary>
    internal double? Announced { get; init; }

    /// <summary>Expected error rate of the raw key; null for a bound.</summary>
    internal double? QberZ { get; init; }

    /// <summary>f of the leak, the scenario's or that of the codes; null for a bound.</summary>
    internal double? ReconciliationEfficiency => QberZ is { } qber
        ? Scenario.Block.ReconciliationEfficiency ?? MeasuredEfficiency.OfBlock(Math.Min(0.5, qber), Sifted ?? double.PositiveInfinity)
        : null;

    /// <summary>Upper bound on the phase-error rate, or its value for an infinite block; null for a bound.</summary>
    internal double? PhaseError { get; init; }

    /// <summary>Clicks per second and detector; null where not computed.</summary>
    internal double? ClickRateHz { get; init; }

    /// <summary>Settings of A; null if the protocol has others.</summary>
    internal UserParameters? A { get; init; }

    /// <summary>Settings of B; null if the protocol has others.</summary>
    internal UserParameters? B { get; init; }

    /// <summary>Comparison with the event-level simulation; null if none was asked for.</summary>
    internal SimulationCheck? Check { get; init; }
}
