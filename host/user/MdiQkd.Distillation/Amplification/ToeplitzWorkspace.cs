using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// Scratch memory of <see cref="ToeplitzHash"/>, kept from one product to the next so that nothing is allocated after the first of a size;
/// 6 to 8 bytes per input byte and thread for ℓ = n/2. Pinned, and zeroed after each product, as it holds key. For one thread at a time.
/// </summary>
public sealed unsafe class ToeplitzWorkspace : IDisposable
{
    private const int AlignmentBytes = 64;

    private ulong[] words = [];
    private int used;

    /// <summary>Lets go of the memory; it is zero already.</summary>
    public void Dispose() => words = [];

    /// <summary>At least <paramref name="count"/> words after <see cref="Align"/>, content undefined.</summary>
    internal ulong[] Prepare(long count)
    {
        used = checked((int)count + (AlignmentBytes / sizeof(ulong)));
        if (words.Length < used)
        {
            words = GC.AllocateUninitializedArray<ulong>(used, pinned: true);
        }

        return words;
    }

    /// <summary>The first cache line that begins in the array: vectors then never straddle two.</summary>
    internal static ulong* Align(ulong* start) => (ulong*)(((nuint)start + AlignmentBytes - 1) & ~(nuint)(AlignmentBytes - 1));

    internal void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words.AsSpan(0, used)));
}
