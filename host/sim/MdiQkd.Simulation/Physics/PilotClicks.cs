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

    private readonly PilotPattern pilots;
    private readonly PhysicsRandom random;
    private readonly double[] cumulative = new double[Kinds * ExactChannel.Patterns];
    private readonly double largest;
    private readonly double pilotsPerExponential;
    private readonly int guards;
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
        this.pilots = pilots;
        this.random = random;
        guards = pilots.Length - pilots.ActivePerGroup;
        double[] patterns = new double[ExactChannel.Patterns];
        for (PilotKind kind = PilotKind.AloneA; pilots.Length > 0 && kind <= PilotKind.Quadrature; kind++)
        {
            Array.Clear(patterns);
            channel.AddClickPatterns(
                PulseState.From(sourceA, PilotPattern.StateOf(kind, isReference: true)),
                PulseState.From(sourceB, PilotPattern.StateOf(kind, isReference: false)),
                1,
                patterns);
            double sum = 0;
            for (int i = 1; i < patterns.Length; i++)
            {
                sum += patterns[i];
                cumulative[((int)kind * ExactChannel.Patterns) + i] = sum;
            }

            largest = Math.Max(largest, sum);
        }

        pilotsPerExponential = largest > 0 ? -1 / Math.Log(1 - largest) : double.MaxValue;
        long group = Math.DivRem(firstSlot, pilots.Period, out long position);
        next = (group * pilots.ActivePerGroup) + Math.Clamp(position - guards, 0, pilots.ActivePerGroup);
        Slot = long.MaxValue;
        if (largest > 0)
        {
            Advance();
        }
    }

    /// <summary>Slot of the pilot that clicks next.</summary>
    public long Slot { get; private set; }

    /// <summary>Its kind.</summary>
    public PilotKind Kind { get; private set; }

    /// <summary>Its click pattern.</summary>
    public int Pattern { get; private set; }

    /// <summary>Goes on to the pilot after it.</summary>
    public void Advance()
    {
        while (true)
        {
            next += (long)Math.Min(random.NextExponential() * pilotsPerExponential, 1L << 60);
            if (next > long.MaxValue / 4 / pilots.Period)
            {
                Slot = long.MaxValue;
                return;
            }

            Kind = PilotPattern.KindOfActive(next);
            int row = (int)Kind * ExactChannel.Patterns;
            double uniform = random.NextDouble() * largest;
            long group = Math.DivRem(next++, pilots.ActivePerGroup, out long position);
            if (uniform < cumulative[row + ExactChannel.Patterns - 1])
            {
                Slot = (group * pilots.Period) + guards + position;
                Pattern = 1;
                while (uniform >= cumulative[row + Pattern])
                {
                    Pattern++;
                }

                return;
            }
        }
    }
}
