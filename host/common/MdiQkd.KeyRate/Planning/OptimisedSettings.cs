using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Planning;

/// <summary>Settings of both users that make the longest key, and what they are expected to bring.</summary>
/// <param name="A">Settings of user A.</param>
/// <param name="B">Settings of user B.</param>
/// <param name="Block">Expected block with these settings; no key if its <see cref="KeyLengthResult.Ell"/> is 0 or less.</param>
/// <param name="Evaluations">Blocks that the search evaluated.</param>
public sealed record OptimisedSettings(UserParameters A, UserParameters B, ExpectedBlock Block, int Evaluations)
{
    /// <summary>A's settings as the whole numbers of a block plan.</summary>
    public SourceSettings SourceA => Source(A);

    /// <summary>B's settings as the whole numbers of a block plan.</summary>
    public SourceSettings SourceB => Source(B);

    private static SourceSettings Source(UserParameters user) =>
        SourceSettings.FromReal(user.Z, user.V, user.W, user.Pz, user.Pv, user.Pw);
}
