using System.Numerics;
using System.Runtime.InteropServices;
using MdiQkd.Preparation;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Slots in which something may happen: every slot is a candidate with one fixed probability, independent of all others, so the
/// gaps are geometric and slots in between cost nothing. The states prepared at the candidates are looked up in batches.
/// </summary>
internal sealed class CandidateSlots
{
    /// <summary>Candidates of a batch.</summary>
    public const int BatchSize = 512;

    private readonly PhysicsRandom random;
    private readonly IPreparedStates statesA;
    private readonly IPreparedStates statesB;
    private readonly double slotsPerExponential; // gap = floor(exponential / −ln(1 − p)) is geometric
    private readonly long[] slots = new long[BatchSize];
    private readonly byte[] packedA = new byte[BatchSize];
    private readonly byte[] packedB = new byte[BatchSize];
    private readonly double[] exponentials = new double[BatchSize];
    private long nextSlot;
    private int looked; // states are known for the batch before this index

    public CandidateSlots(
        PhysicsRandom random, double probability, long firstSlot, IPreparedStates statesA, IPreparedStates statesB)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        this.random = random;
        this.statesA = statesA;
        this.statesB = statesB;
        slotsPerExponential = probability == 0 ? double.MaxValue : -1 / LogOfComplement(probability);
        nextSlot = firstSlot;
        Position = BatchSize;
        looked = BatchSize;
    }

    /// <summary>First candidate of the batch that has not been used.</summary>
    public int Position { get; set; }

    /// <summary>Slots of the batch.</summary>
    public ReadOnlySpan<long> Slots => slots;

    /// <summary>A's state at each slot of the batch.</summary>
    public ReadOnlySpan<byte> PackedA => packedA;

    /// <summary>B's state at each slot of the batch.</summary>
    public ReadOnlySpan<byte> PackedB => packedB;

    /// <summary>Has the next candidates before a slot ready.</summary>
    /// <param name="untilSlot">Exclusive; no state at or after it is read.</param>
    /// <returns>End of the candidates in the batch that may be used now; equal to <see cref="Position"/> if there are none.</returns>
    public int Prepare(long untilSlot)
    {
        if (Position == BatchSize)
        {
            FillBatch();
        }

        int end = Position;
        if (slots[BatchSize - 1] < untilSlot)
        {
            end = BatchSize;
        }
        else
        {
            while (slots[end] < untilSlot)
            {
                end++;
            }
        }

        if (end > looked)
        {
            ReadOnlySpan<long> wanted = slots.AsSpan(looked, end - looked);
            if (!statesA.TryRead(wanted, packedA.AsSpan(looked)) || !statesB.TryRead(wanted, packedB.AsSpan(looked)))
            {
                throw new InvalidOperationException($"a slot before {untilSlot} was never prepared");
            }

            looked = end;
        }

        return end;
    }

    private static double LogOfComplement(double p) => p < 1e-5 ? -p * (1 + (p * (0.5 + (p / 3)))) : Math.Log(1 - p);

    private void FillBatch()
    {
        // Far beyond any session, and small enough that sums cannot wrap.
        random.Fill(exponentials);
        Span<Vector<double>> vectors = MemoryMarshal.Cast<double, Vector<double>>(exponentials.AsSpan());
        var scale = new Vector<double>(-slotsPerExponential);
        var most = new Vector<double>(1L << 60);
        foreach (ref Vector<double> vector in vectors)
        {
            vector = Vector.Min(Vector.Log(Vector<double>.One - vector) * scale, most);
        }

        for (int i = 0; i < BatchSize; i++)
        {
            nextSlot = Math.Min(nextSlot + (long)exponentials[i], long.MaxValue / 4);
            slots[i] = nextSlot++;
        }

        Position = 0;
        looked = 0;
    }
}
