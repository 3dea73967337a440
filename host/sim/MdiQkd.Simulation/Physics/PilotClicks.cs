using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Pilots in which live detectors would click, with their click patterns: the decimated stream of all clicks that fidelity
/// coincidences carries for feedback. Like <see cref="CandidateSlots"/>, over the pilots that are no guards.
/// </summary>
internal sealed class PilotClicks
{
    private const int Kinds = 5;

    private static readonly PilotKind[] KindsOfCycle = [.. Enumerable.Range(0, PilotPattern.CycleLength).Select(n => PilotPattern.KindOfActive(n))];

    private readonly PhysicsRandom random;
    private readonly ulong[] clickWords = new ulong[Kinds]; // candidates with a word below this click
    private readonly AliasTable[] patterns = new AliasTable[Kinds];
    private readonly byte[] pairs = new byte[Kinds];
    private readonly ExponentialDraws gaps;
    private readonly double pilotsPerExponential;
    private readonly int guards;
    private readonly int active; // pilots of a group that are no guards
    private readonly int period;
    private readonly long nextMax; // beyond any session
    private long next; // number of the next candidate among the pilots that are no guards

    /// <param name="channel">Channel of the stretch.</param>
    /// <param name="sourceA">Settings of A.</param>
    /// <param name="sourceB">Settings of B.</param>
    /// <param name="pilots">Pilot pattern.</param>
    /// <param name="firstSlot">First slot of the stretch.</param>
    /// <param name="random">Own generator.</param>
    public PilotClicks(
        ExactChannel channel,
        SourceSettings sourceA,
        SourceSettings sourceB,
        PilotPattern pilots,
        long firstSlot,
        PhysicsRandom random)
    {
        this.random = random;
        gaps = new ExponentialDraws(random);
        period = pilots.Period;
        active = pilots.ActivePerGroup;
        guards = pilots.Length - active;
        nextMax = long.MaxValue / 4 / period;
        double[] clicks = new double[Kinds];
        double[] probabilities = new double[ExactChannel.Patterns];
        for (PilotKind kind = PilotKind.AloneA; pilots.Length > 0 && kind <= PilotKind.Quadrature; kind++)
        {
            PreparedState a = PilotPattern.StateOf(kind, isReference: true), b = PilotPattern.StateOf(kind, isReference: false);
            pairs[(int)kind] = (byte)((a.Packed * PreparedState.ValuesWithPilots) + b.Packed);
            Array.Clear(probabilities);
            channel.AddClickPatterns(PulseState.From(sourceA, a), PulseState.From(sourceB, b), 1, probabilities);
            probabilities[0] = 0;
            clicks[(int)kind] = probabilities.Sum();
            patterns[(int)kind] = new AliasTable(clicks[(int)kind] > 0 ? probabilities : [1]);
        }

        double largest = clicks.Max();
        for (int kind = 0; largest > 0 && kind < Kinds; kind++)
        {
            clickWords[kind] = CandidateSlots.WordsOf(clicks[kind] / largest);
        }

        pilotsPerExponential = largest > 0 ? -1 / Math.Log(1 - largest) : double.MaxValue;
        long group = Math.DivRem(firstSlot, period, out long position);
        next = (group * active) + Math.Clamp(position - guards, 0, active);
        Slot = long.MaxValue;
        if (largest > 0)
        {
            Advance();
        }
    }

    /// <summary>Slot of the pilot that clicks next.</summary>
    public long Slot { get; private set; }

    /// <summary>Its states, A × 16 + B.</summary>
    public byte Pair { get; private set; }

    /// <summary>Its click pattern.</summary>
    public int Pattern { get; private set; }

    /// <summary>Goes on to the pilot after it.</summary>
    public void Advance()
    {
        while (true)
        {
            next += (long)Math.Min(gaps.Next() * pilotsPerExponential, 1L << 60);
            if (next > nextMax)
            {
                Slot = long.MaxValue;
                return;
            }

            int kind = (int)KindsOfCycle[(int)next & (PilotPattern.CycleLength - 1)];
            long number = next++;
            if (random.NextUInt64() < clickWords[kind])
            {
                long group = Math.DivRem(number, active, out long position);
                Slot = (group * period) + guards + position;
                Pair = pairs[kind];
                Pattern = patterns[kind].Draw(random);
                return;
            }
        }
    }
}
