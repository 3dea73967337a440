using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// Toeplitz product by additive transforms, O(n log n), exact.
/// <para>Design. Numbered from the far end, y and the seed read y′[i] = Σ_j s′[i + j] x[j]: the transpose of "multiply the polynomial x(z) by one of ℓ
/// coefficients". That multiplication is: pack 32 bits to a coefficient in F[w], z^(32q+r) → θ^r w^q, θ the generator of F;
/// evaluate both; multiply; interpolate; carry the 63-bit coefficients over into each other. Transposing each step gives
/// y = pack^T E^T diag(E x) E^−T carry^T s (transposition principle; Hanrot, Quercia, Zimmermann, AAECC 14, 415 (2004)), and it needs n + ℓ bits of
/// transform where the product itself would need 2n + ℓ. A functional on F is written as v ↦ [θ^63](v ·), which makes carry^T a 64-bit
/// window of the seed and pack^T the upper half of a word.</para>
/// <para>Trade-offs. Points come in powers of two; the columns are cut into chunks that fill them. 64-bit elements waste half of each
/// (32-bit packing) but need no change of representation and one product of registers per butterfly.</para>
/// </summary>
internal static unsafe class TransformToeplitz
{
    /// <summary>y = T x as <see cref="ToeplitzHash"/> defines it; the lengths were checked.</summary>
    public static void Hash<TLanes, TVector>(
        ReadOnlySpan<ulong> input,
        int inputBits,
        ReadOnlySpan<ulong> seed,
        int seedBits,
        Span<ulong> output,
        int outputBits,
        int maxDegreeOfParallelism,
        ToeplitzWorkspace workspace)
        where TLanes : struct, IFieldLanes<TVector>
        where TVector : unmanaged
    {
        ToeplitzPlan plan = ToeplitzPlan.For(inputBits, outputBits, maxDegreeOfParallelism);
        int threads = Math.Min(maxDegreeOfParallelism, plan.Chunks);
        long perThread = plan.WordsPerThread(threads);
        fixed (ulong* x = input, s = seed, first = workspace.Prepare(perThread * threads))
        {
            try
            {
                int headBits = inputBits - plan.TailBits;
                if (threads == 1)
                {
                    Accumulate<TLanes, TVector>(plan, x, 0, headBits, s, seedBits, first, 0, 1);
                }
                else
                {
                    AccumulateInParallel<TLanes, TVector>(plan, x, headBits, s, seedBits, first, perThread, threads);
                }

                AdditiveTransform<TLanes, TVector>.EvaluateTransposed(first, plan.LogPoints, plan.LogOutputCoefficients);
                if (plan.TailBits > 0)
                {
                    ToeplitzPlan tail = plan.ForTail();
                    ulong* second = first + (1 << plan.LogPoints);
                    Accumulate<TLanes, TVector>(tail, x, headBits, inputBits, s, seedBits, second, 0, 1);
                    AdditiveTransform<TLanes, TVector>.EvaluateTransposed(second, tail.LogPoints, plan.LogOutputCoefficients);
                    AddTo(first, second, 1 << plan.LogOutputCoefficients);
                }

                StoreOutput(first, plan.LogOutputCoefficients, output, outputBits);
            }
            finally
            {
                workspace.Clear();
            }
        }
    }

    private static void AccumulateInParallel<TLanes, TVector>(
        ToeplitzPlan plan, ulong* x, int inputBits, ulong* seed, int seedBits, ulong* scratch, long perThread, int threads)
        where TLanes : struct, IFieldLanes<TVector>
        where TVector : unmanaged
    {
        Parallel.For(
            0,
            threads,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            thread => Accumulate<TLanes, TVector>(
                plan, x, 0, inputBits, seed, seedBits, scratch + (perThread * thread), thread, threads));
        for (int thread = 1; thread < threads; thread++)
        {
            AddTo(scratch, scratch + (perThread * thread), 1 << plan.LogPoints);
        }
    }

    private static void AddTo(ulong* sum, ulong* part, int count)
    {
        for (int i = 0; i < count; i++)
        {
            sum[i] ^= part[i];
        }
    }

    /// <summary>
    /// Sums the values of every threads-th chunk of the columns firstColumn … endColumn − 1 in the first of the arrays of points words at
    /// <paramref name="scratch"/>.
    /// </summary>
    private static void Accumulate<TLanes, TVector>(
        ToeplitzPlan plan,
        ulong* x,
        int firstColumn,
        int endColumn,
        ulong* seed,
        int seedBits,
        ulong* scratch,
        int thread,
        int threads)
        where TLanes : struct, IFieldLanes<TVector>
        where TVector : unmanaged
    {
        int points = 1 << plan.LogPoints;
        ulong* sum = scratch, a = sum + points, v = a + points;
        for (int chunk = thread; chunk < plan.Chunks; chunk += threads)
        {
            int column = firstColumn + (chunk * plan.ChunkBits);
            LoadInput(x, column, Math.Min(plan.ChunkBits, endColumn - column), a, plan.LogInputCoefficients);
            AdditiveTransform<TLanes, TVector>.Evaluate(a, plan.LogPoints, plan.LogInputCoefficients);
            ulong* values = chunk == thread ? sum : v;
            LoadSeed(seed, seedBits, seedBits - 64 - column, values, plan.LogPoints);
            AdditiveTransform<TLanes, TVector>.EvaluateInverseTransposed(values, plan.LogPoints);
            if (chunk == thread)
            {
                AdditiveTransform<TLanes, TVector>.Multiply(sum, a, points);
            }
            else
            {
                AdditiveTransform<TLanes, TVector>.MultiplyAdd(sum, a, v, points);
            }
        }
    }

    /// <summary>Columns column … column + bits − 1 of x, 32 to a coefficient, in the novel basis. <paramref name="column"/> is a multiple of 64.</summary>
    private static void LoadInput(ulong* x, int column, int bits, ulong* a, int logCoefficients)
    {
        int count = 1 << logCoefficients;

        // The change runs on packed halves of words at the end of the buffer; widening then goes upwards without meeting them.
        ulong* packed = a + (count / 2);
        int words = bits >> 6;
        new ReadOnlySpan<ulong>(x + (column >> 6), words).CopyTo(new Span<ulong>(packed, words));
        new Span<ulong>(packed + words, (count / 2) - words).Clear();
        if ((bits & 63) != 0)
        {
            packed[words] = x[(column >> 6) + words] & ((1UL << (bits & 63)) - 1);
        }

        NovelBasis.Change((byte*)packed, logCoefficients, sizeof(uint));
        for (int q = 0; q < count; q += NovelBasisRun.Count)
        {
            NovelBasisRun.Change((uint*)packed + q, a + q);
        }
    }

    /// <summary>
    /// The functionals of the windows of s′ that begin at column, column + 32, …; window 0 is the seed's 64 bits from <paramref name="top"/> on, the
    /// next one 32 bits below.
    /// </summary>
    private static void LoadSeed(ulong* seed, int seedBits, int top, ulong* v, int logPoints)
    {
        const int PerStep = 8;
        int points = 1 << logPoints;
        int last = (seedBits - 1) >> 6;
        for (int q = 0; q < points; q += PerStep)
        {
            // Windows q, q + 2, q + 4, q + 6 begin in words first, first − 1, … with the same shift; the odd ones half a word below.
            int bit = top - (q * ToeplitzPlan.BitsPerPoint);
            if (((bit - ToeplitzPlan.BitsPerPoint) >> 6) >= 3 && (bit >> 6) < last)
            {
                Vector256<ulong> even = Functional(Windows(seed, bit)), odd = Functional(Windows(seed, bit - ToeplitzPlan.BitsPerPoint));
                Vector256.Create(even[3], odd[3], even[2], odd[2]).Store(v + q);
                Vector256.Create(even[1], odd[1], even[0], odd[0]).Store(v + q + 4);
                continue;
            }

            for (int i = 0; i < PerStep; i++)
            {
                v[q + i] = Functional(Vector256.CreateScalar(Window(seed, last, bit - (i * ToeplitzPlan.BitsPerPoint))))[0];
            }
        }

        NovelBasis.ChangeInverseTransposed((byte*)v, logPoints, sizeof(ulong));
        for (int q = 0; q < points; q += NovelBasisRun.Count)
        {
            NovelBasisRun.ChangeInverseTransposed(v + q);
        }
    }

    /// <summary>
    /// v with [θ^63](v θ^r) = bit 63 − r of the window. That is bit 63 − r of v for r &lt; 60; for r = 60, 61, 62 the modulus adds bits 63,
    /// 62 ^ 63, 61 ^ 62.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Functional(Vector256<ulong> window)
    {
        Vector256<ulong> head = window >> 60;
        return window ^ ((head ^ ((head >> 1) & Vector256.Create(6UL))) & Vector256.Create(14UL));
    }

    /// <summary>Four windows of 64 bits, 64 apart; the last one begins at bit <paramref name="first"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Windows(ulong* words, int first)
    {
        ulong* word = words + (first >> 6) - 3;
        int shift = first & 63;

        // Shifted left in two steps, since a shift by 64 does not give zero.
        return (Vector256.Load(word) >> shift) | ((Vector256.Load(word + 1) << 1) << (63 - shift));
    }

    /// <summary>64 bits from bit <paramref name="first"/> on; words before 0 and after <paramref name="last"/> are zero.</summary>
    private static ulong Window(ulong* words, int last, int first)
    {
        int word = first >> 6;
        int shift = first & 63;
        ulong low = word >= 0 && word <= last ? words[word] : 0;
        ulong high = word + 1 >= 0 && word + 1 <= last ? words[word + 1] : 0;
        return (low >> shift) | ((high << 1) << (63 - shift));
    }

    /// <summary>Back from the novel basis; coefficient q holds bits ℓ − 32 − 32q … ℓ − 1 − 32q of y in its upper half.</summary>
    private static void StoreOutput(ulong* v, int logCoefficients, Span<ulong> output, int outputBits)
    {
        uint* halves = (uint*)v;
        for (int q = 0; q < 1 << logCoefficients; q += NovelBasisRun.Count)
        {
            NovelBasisRun.ChangeTransposed(v + q, halves + q);
        }

        NovelBasis.ChangeTransposed((byte*)halves, logCoefficients, sizeof(uint));
        int words = (outputBits + 63) >> 6;
        output[..words].Clear();
        for (int q = 0, bit = outputBits - 32; bit > -32; q++, bit -= 32)
        {
            if (bit < 0)
            {
                output[0] |= halves[q] >> -bit;
                break;
            }

            output[bit >> 6] |= (ulong)halves[q] << (bit & 63);
            if ((bit & 63) > 32)
            {
                output[(bit >> 6) + 1] |= (ulong)halves[q] >> (64 - (bit & 63));
            }
        }
    }
}
