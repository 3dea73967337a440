namespace MdiQkd.Cli.Commands.Bench;

/// <summary>One line of `mdiqkd bench reconcile --json`.</summary>
/// <param name="Qber">Error rate of the frames.</param>
/// <param name="Length">Bits of a frame.</param>
/// <param name="Frames">Frames.</param>
/// <param name="Code">Id of the code.</param>
/// <param name="F">All disclosed bits, failed frames counted whole, over n·h(e).</param>
/// <param name="FFirstRound">The first round's syndrome over n·h(e).</param>
/// <param name="FerFirstRound">Share of frames that the first round did not correct.</param>
/// <param name="FerResidual">Share of frames that failed after the last round.</param>
/// <param name="FerResidualUpper95">Upper 95 % confidence bound of it (Clopper and Pearson).</param>
/// <param name="WrongPatterns">Frames that converged to a wrong pattern.</param>
/// <param name="MbitPerSecondPerCore">Decoded frame bits per second of processor time.</param>
/// <param name="SyndromeMbitPerSecondPerCore">Frame bits per second of forming one user's syndromes.</param>
/// <param name="IterationsMean">Mean iterations per frame.</param>
/// <param name="RoundsMean">Mean rounds per frame.</param>
/// <param name="Lanes">Vector width of the decoder.</param>
/// <param name="Hash">Of all error patterns in frame order.</param>
internal sealed record ReconcileReport(
    double Qber,
    int Length,
    int Frames,
    int Code,
    double F,
    double FFirstRound,
    double FerFirstRound,
    double FerResidual,
    double FerResidualUpper95,
    int WrongPatterns,
    double MbitPerSecondPerCore,
    double SyndromeMbitPerSecondPerCore,
    double IterationsMean,
    double RoundsMean,
    string Lanes,
    string Hash);
