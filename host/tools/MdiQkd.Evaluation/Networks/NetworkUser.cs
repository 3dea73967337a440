using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Networks;

/// <summary>A user of a network.</summary>
/// <param name="Name">Name.</param>
/// <param name="Arm">Way to the detectors.</param>
public sealed record NetworkUser(string Name, FibreArm Arm);
