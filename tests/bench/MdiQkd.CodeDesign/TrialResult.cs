namespace MdiQkd.CodeDesign;

/// <summary>What a number of frames cost.</summary>
/// <param name="Frames">Frames decoded.</param>
/// <param name="FirstRoundFailures">Frames that needed a second round.</param>
/// <param name="Failures">Frames that failed after the last round and were disclosed whole.</param>
/// <param name="Wrong">Frames that converged to a wrong pattern; verification would catch the block.</param>
/// <param name="Efficiency">f: all disclosed bits over n h(e).</param>
/// <param name="Iterations">Mean iterations over all rounds.</param>
/// <param name="Rounds">Mean rounds.</param>
/// <param name="MbitPerSecond">Frame bits per second of decoding on one core.</param>
public sealed record TrialResult(
    int Frames,
    int FirstRoundFailures,
    int Failures,
    int Wrong,
    double Efficiency,
    double Iterations,
    double Rounds,
    double MbitPerSecond);
