namespace MdiQkd.Evaluation.Scenarios;

/// <summary>How the pairs of users take turns at the one measurement station of the hub.</summary>
/// <param name="Users">Users at the hub, each paired with every other; 2 to 64.</param>
/// <param name="SessionSeconds">Time of light between two moves of the switch.</param>
/// <param name="SettlingTimeMs">Time of a move.</param>
/// <param name="RelockTimeMs">Time after a move until timing, polarisation and frequency are aligned again.</param>
/// <param name="KeyWithinBlockTime">
/// True if the block's time runs on while others have their turn, so that a pair's block gets fewer slots; false if blocks are
/// accumulated over as many turns as they need.
/// </param>
public sealed record HubSharing(
    int Users = 2,
    double SessionSeconds = 60,
    double SettlingTimeMs = 10,
    double RelockTimeMs = 5000,
    bool KeyWithinBlockTime = false)
{
    /// <summary>Pairs of users.</summary>
    public int Pairs => Users * (Users - 1) / 2;

    /// <summary>Share of the time in which one pair has light; 1 if there is one pair, which never moves the switch.</summary>
    public double Share => ShareOf(Pairs);

    /// <summary>The same for a given number of pairs that take turns.</summary>
    internal double ShareOf(int pairs) =>
        pairs <= 1 ? 1 : SessionSeconds / (SessionSeconds + (1e-3 * (SettlingTimeMs + RelockTimeMs))) / pairs;
}
