namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Gaussian timing errors in whole picoseconds, cut at 8 σ (1e-15), drawn by the alias method (Walker 1977, Vose 1991):
/// one random word and one table access per tag.
/// </summary>
public sealed class JitterTable
{
    /// <summary>Widest jitter, 5 ns.</summary>
    public const double FwhmPsMax = 5000;

    private const double CutSigmas = 8;
    private const int AcceptBits = 40;

    private readonly int[] alias;
    private readonly ulong[] accept; // out of 2^AcceptBits

    /// <summary>Table for a standard deviation; 0 gives no jitter.</summary>
    public JitterTable(double sigmaPs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sigmaPs);
        MaxPs = (int)Math.Ceiling(CutSigmas * sigmaPs);
        int entries = (2 * MaxPs) + 1;
        double[] weights = new double[entries];
        for (int i = 0; i < entries; i++)
        {
            double z = sigmaPs > 0 ? (i - MaxPs) / sigmaPs : 0;
            weights[i] = Math.Exp(-0.5 * z * z);
        }

        alias = new int[entries];
        accept = new ulong[entries];
        Fill(weights);
    }

    /// <summary>No error is larger than this, either way.</summary>
    public int MaxPs { get; }

    /// <summary>Draws one error.</summary>
    public int Draw(PhysicsRandom random)
    {
        if (MaxPs == 0)
        {
            return 0;
        }

        // High word of the product is a uniform index (bias below 2^-47), the low word's top bits the position within it.
        ulong high = Math.BigMul(random.NextUInt64(), (ulong)alias.Length, out ulong low);
        int i = (int)high;
        return ((low >> (64 - AcceptBits)) < accept[i] ? i : alias[i]) - MaxPs;
    }

    private void Fill(double[] weights)
    {
        double scale = weights.Length / weights.Sum();
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= scale;
            (weights[i] < 1 ? small : large).Push(i);
        }

        while (small.Count > 0 && large.Count > 0)
        {
            int less = small.Pop();
            int more = large.Peek();
            accept[less] = (ulong)(weights[less] * (1L << AcceptBits));
            alias[less] = more;
            weights[more] -= 1 - weights[less];
            if (weights[more] < 1)
            {
                small.Push(large.Pop());
            }
        }

        foreach (int i in small.Concat(large))
        {
            accept[i] = 1UL << AcceptBits; // rounding leaves these at one
        }
    }
}
