namespace MdiQkd.KeyRate;

/// <summary>Key length of a block with the bounds it rests on.</summary>
/// <param name="Ell">n11 (1 − h(φ)) − leak − C in bits, before rounding down; 0 or less means no key.</param>
/// <param name="S11">Yield of single-photon pairs at the worst point of the scan; by itself not a lower bound. 0 if none can be shown.</param>
/// <param name="E11">Phase-error rate of single-photon pairs (expectation) at that point; 0.5 if nothing can be shown.</param>
/// <param name="N11">Lower bound on the sifted events of single-photon pairs at that point.</param>
/// <param name="Phi">Upper bound on the phase-error rate of those events.</param>
/// <param name="C">Bits that composable security takes off, see <see cref="SecurityParameters.ConstantBits"/>.</param>
/// <param name="Leak">Bits disclosed by reconciliation, as given.</param>
/// <param name="M">Error yield of w–w at the worst point, per slot.</param>
/// <param name="H">Vacuum contribution to the yield of w–w at the worst point, per slot.</param>
public sealed record KeyLengthResult(
    double Ell, double S11, double E11, double N11, double Phi, double C, double Leak, double M, double H)
{
    /// <summary>Whole secret bits, 0 if there is no key. The nodes round further down to a multiple of 64 (PROTOCOL 3.5).</summary>
    public long SecretBits => Ell > 0 ? (long)Math.Floor(Ell) : 0;
}
