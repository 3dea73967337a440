using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Tests;

/// <summary>The default network of the demo: three pairs at 30, 40 and 50 km (reference physics.md 5.2, issue 2).</summary>
internal static class DemoNetwork
{
    internal const double BlockSlots = 1.2e11;

    internal static readonly SlotTiming Timing = new(5000, 2500, 500);

    internal static readonly BlindBins DeadTime = BlindBins.FromTiming(Timing, 30_000);

    internal static readonly Pair Pair3040 = new(
        30, 40, Source(0.561, 0.136, 0.049, 0.703, 0.070, 0.199), Source(0.612, 0.213, 0.077, 0.720, 0.067, 0.187));

    internal static readonly Pair Pair3050 = new(
        30, 50, Source(0.543, 0.110, 0.039, 0.658, 0.075, 0.232), Source(0.628, 0.265, 0.093, 0.692, 0.070, 0.211));

    internal static readonly Pair Pair4050 = new(
        40, 50, Source(0.572, 0.156, 0.052, 0.654, 0.072, 0.242), Source(0.608, 0.241, 0.080, 0.668, 0.072, 0.230));

    internal static Pair PairOf(double kmA, double kmB) => (kmA, kmB) switch
    {
        (30, 40) => Pair3040,
        (30, 50) => Pair3050,
        _ => Pair4050,
    };

    internal static ChannelParameters Channel(double kmA, double kmB) => new(
        (0.2 * kmA) + 3, (0.2 * kmB) + 3, 0.8, ChannelParameters.DarkCountsOf(100, 500), 0.97, 0.003, 0.1);

    private static SourceSettings Source(double z, double v, double w, double pz, double pv, double pw) =>
        SourceSettings.FromReal(z, v, w, pz, pv, pw);

    internal sealed record Pair(double KmA, double KmB, SourceSettings A, SourceSettings B)
    {
        internal ChannelParameters Channel => DemoNetwork.Channel(KmA, KmB);
    }
}
