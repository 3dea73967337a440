using MdiQkd.Protocol;

namespace MdiQkd.KeyRate;

/// <summary>
/// What both users fixed for a block. <paramref name="N"/> is a scale only: all bounds divide a count by N p_i p_j, the Chernoff
/// argument samples the labels of announced events, and N cancels. It is the planned number of slots, never a count of sent pulses
/// (PROTOCOL 2.2).
/// </summary>
/// <param name="N">Number of slots of the block, positive.</param>
/// <param name="A">Settings of user A.</param>
/// <param name="B">Settings of user B; arms are independent, so they may differ (Wang, Xu, Lo, PRX 9, 041012 (2019)).</param>
public sealed record FourIntensityParameters(double N, UserParameters A, UserParameters B)
{
    /// <summary>Parameters with the realised probability tables of both users.</summary>
    public static FourIntensityParameters FromSettings(SourceSettings a, SourceSettings b, double n) =>
        new(n, UserParameters.FromSettings(a), UserParameters.FromSettings(b));

    /// <summary>Throws <see cref="KeyRateInputException"/> for the first field out of range.</summary>
    public void Validate()
    {
        KeyRateInputException.RequireInside(N, 0, 1e30, "N");
        A.Validate('a');
        B.Validate('b');
    }
}
