using MdiQkd.Cli.Status;

namespace MdiQkd.Cli.Demo;

/// <summary>What a pair achieved in a demo, over all its blocks that gave a key; null where there is none.</summary>
/// <param name="A">Key reference.</param>
/// <param name="B">The other user.</param>
/// <param name="Blocks">Blocks that gave a key.</param>
/// <param name="Announced">Events announced.</param>
/// <param name="Sifted">z–z events.</param>
/// <param name="QberZ">Error rate of all sifted bits.</param>
/// <param name="PhaseErrorUpper">Largest of the blocks' bounds.</param>
/// <param name="LeakEc">Bits disclosed for error correction.</param>
/// <param name="F">LeakEc over sifted · h(QBER).</param>
/// <param name="SecretBits">Secret bits.</param>
/// <param name="SecretBitsPerConnectedSecond">Per simulated second that the switch connected the pair.</param>
/// <param name="SecretBitsPerSimulatedSecond">Per simulated second of the demo.</param>
/// <param name="KeysEqual">Whether two applications fetched the same key; false if they did not get that far.</param>
/// <param name="AbortedBlocks">Blocks that gave no key.</param>
/// <param name="LastAbort">Why the last of them gave none, or null.</param>
internal sealed record PairSummary(
    string A,
    string B,
    int Blocks,
    long Announced,
    long Sifted,
    double? QberZ,
    double? PhaseErrorUpper,
    long LeakEc,
    double? F,
    long SecretBits,
    double? SecretBitsPerConnectedSecond,
    double? SecretBitsPerSimulatedSecond,
    bool KeysEqual,
    int AbortedBlocks,
    string? LastAbort)
{
    /// <summary>Sums a pair up.</summary>
    internal static PairSummary Of(PairView pair, double simulatedSeconds, bool keysEqual)
    {
        ClosedBlock[] good = [.. pair.Blocks.Where(block => block.Distilled)];
        ClosedBlock[] bad = [.. pair.Blocks.Where(block => !block.Distilled)];
        long sifted = good.Sum(block => block.Sifted);
        long leak = good.Sum(block => block.LeakEc);
        long secret = good.Sum(block => block.SecretBits);
        return new PairSummary(
            pair.A,
            pair.B,
            good.Length,
            good.Sum(block => block.Announced),
            sifted,
            Ratio(good.Sum(block => block.QberZ * block.Sifted), sifted),
            good.Length > 0 ? good.Max(block => block.PhaseErrorUpper) : null,
            leak,
            Ratio(leak, good.Sum(block => block.Sifted * BinaryEntropy(block.QberZ))),
            secret,
            Ratio(secret, good.Sum(block => block.ConnectedSeconds)),
            good.Length > 0 ? Ratio(secret, simulatedSeconds) : null,
            keysEqual,
            bad.Length,
            bad.LastOrDefault()?.Reason);
    }

    private static double? Ratio(double part, double whole) => whole > 0 ? part / whole : null;

    private static double BinaryEntropy(double q) =>
        q is <= 0 or >= 1 ? 0 : -(q * Math.Log2(q)) - ((1 - q) * Math.Log2(1 - q));
}
