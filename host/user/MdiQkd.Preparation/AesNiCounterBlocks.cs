using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using AesNi = System.Runtime.Intrinsics.X86.Aes;
using Sse2 = System.Runtime.Intrinsics.X86.Sse2;

namespace MdiQkd.Preparation;

/// <summary>
/// Counter blocks by AES-NI, eight slots in flight: one round instruction has about four cycles of latency and two start
/// per cycle, so eight independent blocks keep the unit full.
/// </summary>
internal sealed class AesNiCounterBlocks : CounterBlocks
{
    private const int RoundKeys = 15; // FIPS 197: AES-256 has 14 rounds
    private const int Lanes = 8;

    // Pinned, so that the collector leaves no copies behind that Dispose could not zero.
    private readonly Vector128<byte>[] keys = GC.AllocateArray<Vector128<byte>>(RoundKeys, pinned: true);

    public AesNiCounterBlocks(ReadOnlySpan<byte> key)
    {
        keys[0] = Vector128.Create(key[..16]);
        keys[1] = Vector128.Create(key[16..]);
        Even(2, AesNi.KeygenAssist(keys[1], 0x01));
        Odd(3);
        Even(4, AesNi.KeygenAssist(keys[3], 0x02));
        Odd(5);
        Even(6, AesNi.KeygenAssist(keys[5], 0x04));
        Odd(7);
        Even(8, AesNi.KeygenAssist(keys[7], 0x08));
        Odd(9);
        Even(10, AesNi.KeygenAssist(keys[9], 0x10));
        Odd(11);
        Even(12, AesNi.KeygenAssist(keys[11], 0x20));
        Odd(13);
        Even(14, AesNi.KeygenAssist(keys[13], 0x40));
    }

    public static bool IsSupported => AesNi.IsSupported && BitConverter.IsLittleEndian;

    public override void Expand(ReadOnlySpan<long> slots, Span<uint> random)
    {
        int i = 0;
        for (; i + Lanes <= slots.Length; i += Lanes)
        {
            ExpandLanes(keys, slots.Slice(i, Lanes), random.Slice(i, Lanes));
        }

        if (i < slots.Length)
        {
            Span<long> lastSlots = stackalloc long[Lanes];
            Span<uint> lastRandom = stackalloc uint[Lanes];
            slots[i..].CopyTo(lastSlots);
            ExpandLanes(keys, lastSlots, lastRandom);
            lastRandom[..(slots.Length - i)].CopyTo(random[i..]);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(lastRandom));
        }
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(keys.AsSpan()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Counter(long slot, Vector128<byte> key) =>
        Vector128.CreateScalar(slot).AsByte() ^ key;

    private static void ExpandLanes(Vector128<byte>[] keys, ReadOnlySpan<long> slots, Span<uint> random)
    {
        Vector128<byte> k = keys[0];
        Vector128<byte> b0 = Counter(slots[0], k), b1 = Counter(slots[1], k), b2 = Counter(slots[2], k);
        Vector128<byte> b3 = Counter(slots[3], k), b4 = Counter(slots[4], k), b5 = Counter(slots[5], k);
        Vector128<byte> b6 = Counter(slots[6], k), b7 = Counter(slots[7], k);
        for (int round = 1; round < RoundKeys - 1; round++)
        {
            k = keys[round];
            b0 = AesNi.Encrypt(b0, k);
            b1 = AesNi.Encrypt(b1, k);
            b2 = AesNi.Encrypt(b2, k);
            b3 = AesNi.Encrypt(b3, k);
            b4 = AesNi.Encrypt(b4, k);
            b5 = AesNi.Encrypt(b5, k);
            b6 = AesNi.Encrypt(b6, k);
            b7 = AesNi.Encrypt(b7, k);
        }

        k = keys[RoundKeys - 1];
        random[0] = AesNi.EncryptLast(b0, k).AsUInt32().ToScalar();
        random[1] = AesNi.EncryptLast(b1, k).AsUInt32().ToScalar();
        random[2] = AesNi.EncryptLast(b2, k).AsUInt32().ToScalar();
        random[3] = AesNi.EncryptLast(b3, k).AsUInt32().ToScalar();
        random[4] = AesNi.EncryptLast(b4, k).AsUInt32().ToScalar();
        random[5] = AesNi.EncryptLast(b5, k).AsUInt32().ToScalar();
        random[6] = AesNi.EncryptLast(b6, k).AsUInt32().ToScalar();
        random[7] = AesNi.EncryptLast(b7, k).AsUInt32().ToScalar();
    }

    // Key schedule of FIPS 197, 5.2, four words at a time: prefix exclusive-or of the previous key, then the assist word.
    private static Vector128<byte> Prefix(Vector128<byte> key)
    {
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 4);
        return key ^ Sse2.ShiftLeftLogical128BitLane(key, 8);
    }

    private void Even(int round, Vector128<byte> assist) =>
        keys[round] = Prefix(keys[round - 2]) ^ Vector128.Shuffle(assist.AsUInt32(), Vector128.Create(3u)).AsByte();

    private void Odd(int round)
    {
        Vector128<byte> assist = AesNi.KeygenAssist(keys[round - 1], 0x00);
        keys[round] =
            Prefix(keys[round - 2]) ^ Vector128.Shuffle(assist.AsUInt32(), Vector128.Create(2u)).AsByte();
    }
}
