using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Which windows the seen photons of a slot fall into, by pair of states: their number is Poisson, the global phase uniform, and at that phase
/// each falls into a window of its own (<see cref="PairOptics"/>). Tabulated photon by photon, so that a slot takes one random word.
/// </summary>
/// <remarks>
/// The probabilities for n photons are trigonometric polynomials of degree n in the phase, so an average over more than n equally
/// spaced phases is exact.
/// </remarks>
internal sealed class WindowPatterns
{
    /// <summary>Patterns below this are one window alone, in order of time: c early, d early, c late, d late.</summary>
    public const int Windows = 4;

    private const int Patterns = 16;

    // Photon numbers with less probability than this add nothing.
    private const double Negligible = 1e-18;

    // Windows of a pattern, one bit each. The order matters to speed only: nearly all slots have a single photon.
    private static readonly int[] Sets = [1, 2, 4, 8, 3, 5, 9, 6, 10, 12, 7, 11, 13, 14, 15];

    private readonly ulong[] cumulative; // [pairs × 16] words

    /// <param name="optics">By pair of states, A × 16 + B.</param>
    public WindowPatterns(PairOptics[] optics)
    {
        cumulative = new ulong[optics.Length * Patterns];
        Words = new ulong[optics.Length];
        Largest = optics.Max(pair => pair.Click);
        double[] sets = new double[Patterns];
        for (int pair = 0; Largest > 0 && pair < optics.Length; pair++)
        {
            Words[pair] = CandidateSlots.WordsOf(optics[pair].Click / Largest);
            if (!IsPrepared(pair / PreparedState.ValuesWithPilots) || !IsPrepared(pair % PreparedState.ValuesWithPilots))
            {
                continue;
            }

            Array.Clear(sets);
            AddSets(in optics[pair], sets);
            double sum = 0;
            for (int i = 0; i < Sets.Length; i++)
            {
                sum += sets[Sets[i]];
                cumulative[(pair * Patterns) + i] = CandidateSlots.WordsOf(sum / Largest);
            }
        }
    }

    /// <summary>Largest probability that any photon of a slot is seen.</summary>
    public double Largest { get; }

    /// <summary>
    /// In a slot that is a candidate with probability <see cref="Largest"/> a photon is seen if its random word lies below that of its states.
    /// </summary>
    public ulong[] Words { get; }

    /// <summary>Pattern that a word below the pair's chooses.</summary>
    /// <param name="pair">States, A × 16 + B.</param>
    /// <param name="word">Random word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Draw(byte pair, ulong word)
    {
        // Between single windows nothing can be predicted: no branch.
        ref ulong row = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(cumulative), pair * Patterns);
        return word < Unsafe.Add(ref row, Windows - 1)
            ? (word >= row ? 1 : 0) + (word >= Unsafe.Add(ref row, 1) ? 1 : 0) + (word >= Unsafe.Add(ref row, 2) ? 1 : 0)
            : DrawSeveral(ref row, word);
    }

    private static int DrawSeveral(ref ulong row, ulong word)
    {
        int i = Windows;
        while (i < Sets.Length - 1 && word >= Unsafe.Add(ref row, i))
        {
            i++;
        }

        return i;
    }

    /// <summary>Windows of a pattern, one bit each in order of time.</summary>
    public static int SetOf(int pattern) => Sets[pattern];

    private static bool IsPrepared(int state) =>
        new PreparedState((byte)state) is var prepared && (!prepared.IsPilot || prepared.Label == IntensityLabel.Z);

    // Probabilities of each set of windows, averaged over the phase; the empty set stays out.
    private static void AddSets(in PairOptics optics, double[] sets)
    {
        int photonsMax = 0;
        for (double term = optics.Single; term > Negligible; photonsMax++)
        {
            term *= optics.Mean / (photonsMax + 2);
        }

        int points = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)photonsMax + 1), 1 << PhaseTable.Bits);
        Span<double> shares = stackalloc double[Windows];
        Span<double> covered = stackalloc double[Patterns];
        for (int point = 0; point < points; point++)
        {
            int phase = point * ((1 << PhaseTable.Bits) / points);
            optics.Shares(PhaseTable.Cosines[phase], PhaseTable.Sines[phase], shares);
            covered.Clear();
            covered[0] = 1;
            double weight = Math.Exp(-optics.Mean) / points;
            for (int photons = 1; photons <= photonsMax; photons++)
            {
                weight *= optics.Mean / photons;
                AddPhoton(covered, shares);
                for (int set = 1; set < Patterns; set++)
                {
                    sets[set] += weight * covered[set];
                }
            }
        }
    }

    // Distribution of the windows hit so far after one photon more: it falls into a window of the set that was hit, or was the only one
    // missing. Subsets have smaller numbers, so that they are still as before.
    private static void AddPhoton(Span<double> covered, ReadOnlySpan<double> shares)
    {
        for (int set = Patterns - 1; set >= 0; set--)
        {
            double sum = 0;
            for (int rest = set; rest != 0; rest &= rest - 1)
            {
                int window = BitOperations.TrailingZeroCount(rest);
                sum += shares[window] * (covered[set] + covered[set ^ (1 << window)]);
            }

            covered[set] = sum;
        }
    }
}
