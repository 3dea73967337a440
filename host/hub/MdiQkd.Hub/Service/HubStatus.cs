using MdiQkd.Hub.Pair;
using MdiQkd.Hub.Station;
using MdiQkd.Measurement.Clock;
using MdiQkd.Measurement.Feedback;
using MdiQkd.Measurement.Statistics;

namespace MdiQkd.Hub.Service;

/// <summary>The management page of the hub.</summary>
/// <param name="Name">Name.</param>
/// <param name="SimulatedSeconds">Tagger time, in seconds; behind a simulated world it runs faster than the clock on the wall.</param>
/// <param name="Switch">The optical switch and the station behind it.</param>
/// <param name="Nodes">Users and whether they are attached.</param>
/// <param name="Pairs">Open blocks.</param>
/// <param name="Decoding">What decoding cost each pair since the start.</param>
/// <param name="Visibility">Interference visibility from pilot slots of the current session, if its tags allow an estimate.</param>
/// <param name="Alignment">Feedback of the current or last session.</param>
/// <param name="LostTags">Tags that the tagger reported as lost.</param>
/// <param name="SlotClock">Recovered slot clock of the current or last session.</param>
/// <param name="DetectorC">Detector c, as of the latest tenth of a second of that session.</param>
/// <param name="DetectorD">Detector d, likewise.</param>
/// <param name="Board">The switch and time-tag board, or null.</param>
internal sealed record HubStatus(
    string Name,
    double SimulatedSeconds,
    SwitchStatus Switch,
    IReadOnlyList<NodePresence> Nodes,
    IReadOnlyList<PairProgress> Pairs,
    IReadOnlyList<PairDecoding> Decoding,
    double? Visibility,
    AlignmentStatus? Alignment,
    long LostTags,
    SlotClockStatus? SlotClock,
    DetectorRate? DetectorC,
    DetectorRate? DetectorD,
    BoardStatus? Board);

/// <summary>What the switch connects.</summary>
/// <param name="A">User on measurement input 1, or empty.</param>
/// <param name="B">User on measurement input 2, or empty.</param>
/// <param name="State">What the station does.</param>
/// <param name="Faults">Moves that failed, and times that the switch left its position unasked.</param>
/// <param name="LastFault">The last of them, or empty.</param>
internal sealed record SwitchStatus(string A, string B, StationState State, long Faults, string LastFault);

/// <summary>The switch and time-tag board.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Reachable">Whether it can be reached now.</param>
/// <param name="Faults">What it or its link reported, since the start.</param>
/// <param name="LastFault">The last of them, for a technician, or empty.</param>
internal sealed record BoardStatus(string Address, bool Reachable, long Faults, string LastFault);

/// <summary>How well the two users' light is aligned.</summary>
/// <param name="Condition">How it stands.</param>
/// <param name="Step">What is measured now.</param>
/// <param name="Detail">One line if something is wrong.</param>
/// <param name="PhaseRad">Last phase between the bins, which the lasers' frequency difference makes.</param>
/// <param name="A">User A.</param>
/// <param name="B">User B.</param>
internal sealed record AlignmentStatus(
    AlignmentCondition Condition, ControlStep Step, string Detail, double? PhaseRad, UserAlignment A, UserAlignment B)
{
    /// <summary>As it is now.</summary>
    public static AlignmentStatus Of(ControlPlane control) => new(
        control.Condition, control.Step, control.Detail, control.Phase?.PhaseRad, UserAlignment.Of(control.A), UserAlignment.Of(control.B));
}

/// <summary>One user's light and actuators.</summary>
/// <param name="OffsetPs">Last arrival against the bin's centre.</param>
/// <param name="DelayPs">Delay line.</param>
/// <param name="FrequencyKHz">Laser frequency against its nominal value.</param>
/// <param name="PolarisationMrad">Polarisation controller.</param>
internal sealed record UserAlignment(double? OffsetPs, int DelayPs, int FrequencyKHz, int PolarisationMrad)
{
    /// <summary>As it is now.</summary>
    public static UserAlignment Of(UserController user) =>
        new(user.Peak?.OffsetPs, user.Setting.DelayPs, user.Setting.FrequencyKHz, user.Setting.PolarisationMrad);
}

/// <summary>A user.</summary>
/// <param name="Name">Name.</param>
/// <param name="Attached">Whether its stream is up.</param>
internal sealed record NodePresence(string Name, bool Attached);

/// <summary>An open block.</summary>
/// <param name="A">Key reference.</param>
/// <param name="B">The other user.</param>
/// <param name="BlockId">The block.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="SessionsDone">Sessions that are over.</param>
/// <param name="Sessions">Sessions of the block.</param>
/// <param name="SlotsDone">Slots of finished sessions.</param>
/// <param name="Slots">Slots of the block.</param>
/// <param name="Announced">Events announced.</param>
internal sealed record PairProgress(
    string A, string B, string BlockId, BlockPhase Phase, int SessionsDone, int Sessions, long SlotsDone, long Slots, long Announced);

/// <summary>Error correction of a pair since the hub started; null before the first frame.</summary>
/// <param name="A">Key reference.</param>
/// <param name="B">The other user.</param>
/// <param name="Frames">Frames decoded or given up.</param>
/// <param name="F">All disclosed bits, failed frames counted whole, over n·h(e).</param>
/// <param name="FerFirstRound">Share of frames that needed a second round.</param>
/// <param name="Fer">Share of frames that were given up.</param>
/// <param name="IterationsMean">Mean iterations per frame.</param>
/// <param name="RoundsMean">Mean rounds per frame.</param>
/// <param name="QueueMsMean">Mean wait for a decoder per round, in milliseconds.</param>
internal sealed record PairDecoding(
    string A,
    string B,
    long Frames,
    double? F,
    double? FerFirstRound,
    double? Fer,
    double? IterationsMean,
    double? RoundsMean,
    double? QueueMsMean);
