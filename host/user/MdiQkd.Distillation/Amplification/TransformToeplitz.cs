using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

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
        int maxDegreeOfParallelism)
        where TLanes : struct, IFieldLanes<TVector>
        where TVector : unmanaged
    {
        ToeplitzPlan plan = ToeplitzPlan.For(inputBits, outputBits, maxDegreeOfParallelism);
        int threads = Math.Min(maxDegreeOfParallelism, plan.Chunks);
        int points = 1 << plan.LogPoints;
        var scratch = new Scratch(threads, points);
        try
        {
            fixed (ulong* x = input, s = seed)
            {
                ulong* px = x, ps = s;
                if (threads == 1)
                {
                    Worker(0);
                }
                else
                {
                    Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, Worker);
                }

                void Worker(int thread)
                {
                    ulong* sum = scratch.Sum(thread), a = scratch.Input(thread), v = scratch.Seed(thread);
                    for (int chunk = thread; chunk < plan.Chunks; chunk += threads)
                    {
                        int column = chunk * plan.ChunkBits;
                        LoadInput(px, column, Math.Min(plan.ChunkBits, inputBits - column), a, plan.LogPoints);
                        AdditiveTransform<TLanes, TVector>.Evaluate(a, plan.LogPoints);
                        LoadSeed(ps, seedBits, seedBits - 64 - column, v, plan.LogPoints);
                        AdditiveTransform<TLanes, TVector>.EvaluateInverseTransposed(v, plan.LogPoints);
                        AdditiveTransform<TLanes, TVector>.MultiplyAdd(sum, a, v, points);
                    }
                }
            }

            ulong* total = scratch.Sum(0);
            for (int thread = 1; thread < threads; thread++)
            {
                ulong* part = scratch.Sum(thread);
                for (int i = 0; i < points; i++)
                {
                    total[i] ^= part[i];
                }
            }

            AdditiveTransform<TLanes, TVector>.EvaluateTransposed(total, plan.LogPoints);
            StoreOutput(total, plan.LogPoints, output, outputBits);
        }
        finally
        {
            scratch.Free();
        }
    }

    /// <summary>Columns column … column + bits − 1 of x, 32 to a coefficient, in the novel basis. <paramref name="column"/> is a multiple of 64.</summary>
    private static void LoadInput(ulong* x, int column, int bits, ulong* a, int logPoints)
    {
        int points = 1 << logPoints;

        // The change runs on packed halves of words at the end of the buffer; widening then goes upwards without meeting them.
        ulong* packed = a + (points / 2);
        int words = bits >> 6;
        new ReadOnlySpan<ulong>(x + (column >> 6), words).CopyTo(new Span<ulong>(packed, words));
        new Span<ulong>(packed + words, (points / 2) - words).Clear();
        if ((bits & 63) != 0)
        {
            packed[words] = x[(column >> 6) + words] & ((1UL << (bits & 63)) - 1);
        }

        NovelBasis.Change((byte*)packed, logPoints, sizeof(uint));
        uint* halves = (uint*)packed;
        ulong* run = stackalloc ulong[NovelBasisRun.Count];
        for (int q = 0; q < points; q += NovelBasisRun.Count)
        {
            for (int i = 0; i < NovelBasisRun.Count; i++)
            {
                run[i] = halves[q + i];
            }

            NovelBasisRun.Change(run);
            Unsafe.CopyBlock(a + q, run, NovelBasisRun.Count * sizeof(ulong));
        }

        CryptographicOperations.ZeroMemory(new Span<byte>(run, NovelBasisRun.Count * sizeof(ulong)));
    }

    /// <summary>The functionals of the windows of s′ that begin at column, column + 32, …; window 0 is the seed's bits from <paramref name="top"/> on.</summary>
    private static void LoadSeed(ulong* seed, int seedBits, int top, ulong* v, int logPoints)
    {
        int points = 1 << logPoints;
        for (int q = 0; q < points; q++)
        {
            ulong window = Window(seed, seedBits, top - (q * ToeplitzPlan.BitsPerPoint));

            // [θ^63](v θ^r) is bit 63 − r of v for r < 60; for r = 60, 61, 62 the modulus adds bits 63, 62 ^ 63, 61 ^ 62.
            ulong head = window >> 60;
            v[q] = window ^ ((head ^ ((head >> 1) & 6)) & 14);
        }

        NovelBasis.ChangeInverseTransposed((byte*)v, logPoints, sizeof(ulong));
        for (int q = 0; q < points; q += NovelBasisRun.Count)
        {
            NovelBasisRun.ChangeInverseTransposed(v + q);
        }
    }

    /// <summary>64 bits from bit <paramref name="first"/> on; bits before 0 and from bitCount on are zero.</summary>
    private static ulong Window(ulong* words, int bitCount, int first)
    {
        int last = (bitCount - 1) >> 6;
        int word = first >> 6;
        int shift = first & 63;
        ulong low = word >= 0 && word <= last ? words[word] : 0;
        ulong high = shift != 0 && word + 1 >= 0 && word + 1 <= last ? words[word + 1] : 0;
        return shift == 0 ? low : (low >> shift) | (high << (64 - shift));
    }

    /// <summary>Back from the novel basis; coefficient q holds bits ℓ − 32 − 32q … ℓ − 1 − 32q of y in its upper half.</summary>
    private static void StoreOutput(ulong* v, int logPoints, Span<ulong> output, int outputBits)
    {
        int points = 1 << logPoints;
        uint* halves = (uint*)v;
        for (int q = 0; q < points; q += NovelBasisRun.Count)
        {
            NovelBasisRun.ChangeTransposed(v + q);
            for (int i = 0; i < NovelBasisRun.Count; i++)
            {
                halves[q + i] = (uint)(v[q + i] >> 32);
            }
        }

        NovelBasis.ChangeTransposed((byte*)halves, logPoints, sizeof(uint));
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

    /// <summary>Three arrays of points words per thread, cache-line aligned, zeroed at start and at the end: they hold key.</summary>
    private readonly struct Scratch
    {
        private readonly ulong* memory;
        private readonly int points;
        private readonly nuint bytes;

        public Scratch(int threads, int points)
        {
            this.points = points;
            bytes = (nuint)threads * 3 * (nuint)points * sizeof(ulong);
            memory = (ulong*)NativeMemory.AlignedAlloc(bytes, 64);
            NativeMemory.Clear(memory, bytes);
        }

        public ulong* Sum(int thread) => memory + (3L * thread * points);

        public ulong* Input(int thread) => Sum(thread) + points;

        public ulong* Seed(int thread) => Sum(thread) + (2L * points);

        public void Free()
        {
            NativeMemory.Clear(memory, bytes);
            NativeMemory.AlignedFree(memory);
        }
    }
}
