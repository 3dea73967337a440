using MdiQkd.KeyRate;
using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.ModePairing;
using MdiQkd.KeyRate.Planning;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Evaluation.Scenarios;

/// <summary>Everything that a rate is computed from, except the users' settings, which are optimised.</summary>
/// <param name="Timing">Slot raster.</param>
/// <param name="Detectors">The hub's two detectors.</param>
/// <param name="Interference">Match of the two users' light.</param>
/// <param name="ArmA">User A's way to the detectors.</param>
/// <param name="ArmB">User B's way to the detectors.</param>
/// <param name="Block">Block and method.</param>
/// <param name="Sharing">How pairs share the hub.</param>
/// <param name="ModePairing">Assumptions of the mode-pairing curves.</param>
public sealed record EvaluationScenario(
    SlotTiming Timing,
    DetectorSettings Detectors,
    InterferenceSettings Interference,
    FibreArm ArmA,
    FibreArm ArmB,
    BlockAssumptions Block,
    HubSharing Sharing,
    ModePairingAssumptions ModePairing)
{
    /// <summary>Two arms of 40 km at the hub of the default network, blocks of 10 minutes.</summary>
    public static EvaluationScenario Default { get; } = new(
        new SlotTiming(5000, 2500, 500),
        new DetectorSettings(0.8, 100, 30_000, 40),
        new InterferenceSettings(0.97, 0.003, 0.1),
        new FibreArm(),
        new FibreArm(),
        new BlockAssumptions(),
        new HubSharing(),
        new ModePairingAssumptions());

    /// <summary>Loss from user to user up to the detectors.</summary>
    public double TotalLossDb => ArmA.LossDb + ArmB.LossDb;

    /// <summary>Fibre from user to user.</summary>
    public double TotalLengthKm => ArmA.LengthKm + ArmB.LengthKm;

    /// <summary>Slots of a block.</summary>
    public double Slots => Block.Seconds * Timing.SlotRateHz * (Sharing.KeyWithinBlockTime ? Sharing.Share : 1);

    /// <summary>The hub's station; Raman light of both arms counts among the dark counts, a half at each detector.</summary>
    internal StationSettings Station =>
        new StationSettings(Timing, Detectors, Interference).WithBackground(ArmA.BackgroundHz + ArmB.BackgroundHz);

    /// <summary>Arms, detectors and imperfections for the channel models.</summary>
    internal ChannelParameters Channel => new(
        ArmA.LossDb,
        ArmB.LossDb,
        Detectors.Efficiency,
        ChannelParameters.DarkCountsOf(Station.Detectors.DarkRateHz, Timing.WindowPs),
        Interference.Overlap,
        Interference.Extinction,
        Interference.PhaseErrorRad,
        Interference.MisalignmentZ,
        Interference.MisalignmentX,
        Block.AcceptPsiPlus);

    /// <summary>Dead time in bins.</summary>
    internal BlindBins Blind => BlindBins.FromTiming(Timing, Detectors.DeadTimePs);

    /// <summary>The scenario as the optimiser takes it.</summary>
    internal BlockScenario ToBlock() => new(
        Channel, Blind, Slots, Block.Security, Block.ReconciliationEfficiency, new EstimationOptions(Block.Method, Block.Chernoff));

    /// <summary>The scenario as the optimiser of mode pairing takes it: one round per slot.</summary>
    internal ModePairingScenario ToModePairing()
    {
        double roundSeconds = 1e-12 * Timing.SlotPeriodPs;
        return new ModePairingScenario(
            Channel,
            Blind,
            Slots,
            roundSeconds,
            ModePairing.Phase,
            Math.Max(1, 1e-6 * ModePairing.LongestPairingUs / roundSeconds),
            Block.Security,
            Block.ReconciliationEfficiency,
            Block.Chernoff);
    }

    /// <summary>The scenario, or an exception that names the first field out of range.</summary>
    /// <exception cref="ScenarioException">A field is out of range.</exception>
    /// <exception cref="KeyRateInputException">A field is out of range for the channel model.</exception>
    public EvaluationScenario Validated()
    {
        if ((Timing.Fault() ?? Detectors.Fault() ?? Interference.Fault() ?? ArmA.Raman?.Fault() ?? ArmB.Raman?.Fault()) is { } fault)
        {
            throw new ScenarioException(fault);
        }

        foreach (Quantity quantity in Quantity.All.Where(quantity => !quantity.IsDerived))
        {
            _ = quantity.Get(this) is { } value ? quantity.Check(value) : 0;
        }

        _ = Channel.Validated();
        _ = Blind;
        Block.Security.Validate();
        ModePairing.Phase.Validate();
        return this;
    }
}
