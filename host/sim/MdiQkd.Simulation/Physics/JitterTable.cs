using System.Numerics;
using System.Runtime.InteropServices;

namespace MdiQkd.Simulation.Physics;

/// <summary>Gaussian timing errors in whole picoseconds, cut at 8 σ (1e-15).</summary>
public sealed class JitterTable
{
    /// <summary>Widest jitter, 5 ns.</summary>
    public const double FwhmPsMax = 5000;

    private const double CutSigmas = 8;
    private const int BatchSize = 256;

    private readonly AliasTable errors;

    /// <summary>Table for a standard deviation; 0 gives no jitter.</summary>
    public JitterTable(double sigmaPs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sigmaPs);
        MaxPs = (int)Math.Ceiling(CutSigmas * sigmaPs);
        double[] weights = new double[(2 * MaxPs) + 1];
        for (int i = 0; i < weights.Length; i++)
        {
            double z = sigmaPs > 0 ? (i - MaxPs) / sigmaPs : 0;
            weights[i] = Math.Exp(-0.5 * z * z);
        }

        errors = new AliasTable(weights);
    }

    /// <summary>No error is larger than this, either way.</summary>
    public int MaxPs { get; }

    /// <summary>Adds an error to each time.</summary>
    public void AddTo(Span<long> timesPs, PhysicsRandom random)
    {
        Span<ulong> words = stackalloc ulong[BatchSize];
        for (; timesPs.Length > 0; timesPs = timesPs[Math.Min(BatchSize, timesPs.Length)..])
        {
            Span<ulong> batch = words[..Math.Min(BatchSize, timesPs.Length)];
            random.Fill(batch);
            errors.DrawAll(batch);
            Add(timesPs, MemoryMarshal.Cast<ulong, long>(batch));
        }
    }

    private void Add(Span<long> timesPs, ReadOnlySpan<long> places)
    {
        int i = 0;
        for (; i + Vector<long>.Count <= places.Length; i += Vector<long>.Count)
        {
            Span<long> times = timesPs[i..];
            (new Vector<long>(times) + (new Vector<long>(places[i..]) - new Vector<long>(MaxPs))).CopyTo(times);
        }

        for (; i < places.Length; i++)
        {
            timesPs[i] += places[i] - MaxPs;
        }
    }
}
