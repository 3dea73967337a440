using static MdiQkd.KeyRate.KeyRateInputException;

namespace MdiQkd.KeyRate;

/// <summary>
/// Announced events of a block per label pair (first letter A's label, 0 = vacuum) and errors among them after B's flip. Whole numbers
/// when counted, expectation values when a block is planned; exact up to 2^53.
/// </summary>
/// <param name="Nzz">Sifted events: both sent z.</param>
/// <param name="Mzz">Errors among <paramref name="Nzz"/>; known exactly from the error patterns. Not used by the bounds, only by a leak model.</param>
/// <param name="Nww">Both sent w.</param>
/// <param name="Mww">Errors among <paramref name="Nww"/>.</param>
/// <param name="Nvv">Both sent v.</param>
/// <param name="Mvv">Errors among <paramref name="Nvv"/>; not used by the bounds.</param>
/// <param name="N0w">A sent vacuum, B w.</param>
/// <param name="Nw0">A sent w, B vacuum.</param>
/// <param name="N0v">A sent vacuum, B v.</param>
/// <param name="Nv0">A sent v, B vacuum.</param>
/// <param name="N00">Both sent vacuum.</param>
public sealed record FourIntensityCounts(
    double Nzz,
    double Mzz,
    double Nww,
    double Mww,
    double Nvv,
    double Mvv,
    double N0w,
    double Nw0,
    double N0v,
    double Nv0,
    double N00)
{
    /// <summary>Error rate of the sifted key, 0 without events.</summary>
    public double QberZ => Nzz > 0 ? Mzz / Nzz : 0;

    /// <summary>Throws <see cref="KeyRateInputException"/> for a count that is negative, not finite, or larger than its cause allows.</summary>
    public void Validate(FourIntensityParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        UserParameters a = parameters.A;
        UserParameters b = parameters.B;
        double n = parameters.N;
        Events(Nzz, n * a.Pz * b.Pz, "n_zz");
        Events(Nww, n * a.Pw * b.Pw, "n_ww");
        Events(Nvv, n * a.Pv * b.Pv, "n_vv");
        Events(N0w, n * a.Po * b.Pw, "n_0w");
        Events(Nw0, n * a.Pw * b.Po, "n_w0");
        Events(N0v, n * a.Po * b.Pv, "n_0v");
        Events(Nv0, n * a.Pv * b.Po, "n_v0");
        Events(N00, n * a.Po * b.Po, "n_00");
        Errors(Mzz, Nzz, "m_zz", "n_zz");
        Errors(Mww, Nww, "m_ww", "n_ww");
        Errors(Mvv, Nvv, "m_vv", "n_vv");
    }

    private static void Events(double count, double slots, string field)
    {
        if (!(count >= 0 && count <= slots))
        {
            throw new KeyRateInputException(field, Text(count), $"0 to N p_i p_j = {Text(slots)}");
        }
    }

    private static void Errors(double errors, double events, string field, string of)
    {
        if (!(errors >= 0 && errors <= events))
        {
            throw new KeyRateInputException(field, Text(errors), $"0 to {of} = {Text(events)}");
        }
    }
}
