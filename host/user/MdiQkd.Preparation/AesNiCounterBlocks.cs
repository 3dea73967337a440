using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using AesNi = System.Runtime.Intrinsics.X86.Aes;
using Sse2 = System.Runtime.Intrinsics.X86.Sse2;

namespace MdiQkd.Preparation;

/// <summary>
/// Counter blocks by AES-NI, twelve slots in flight: one round instruction has about four cycles of latency and two start
/// per cycle, so eight independent blocks would keep the unit full if every round started in time; twelve are what the registers hold.
/// </summary>
internal sealed class AesNiCounterBlocks : CounterBlocks
{
    private const int RoundKeys = 15; // FIPS 197: AES-256 has 14 rounds
    private const int Lanes = 12;

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

    private static void ExpandLanes(Vector128<byte>[] keys, ReadOnlySpan<long> slots, Span<uint> random)
    {
        ref Vector128<byte> key = ref keys[0];
        Vector128<byte> k = key;
        ReadOnlySpan<Vector128<long>> twos = MemoryMarshal.Cast<long, Vector128<long>>(slots)[..(Lanes / 2)];
        (Vector128<byte> b0, Vector128<byte> b1) = Counters(twos[0], k);
        (Vector128<byte> b2, Vector128<byte> b3) = Counters(twos[1], k);
        (Vector128<byte> b4, Vector128<byte> b5) = Counters(twos[2], k);
        (Vector128<byte> b6, Vector128<byte> b7) = Counters(twos[3], k);
        (Vector128<byte> b8, Vector128<byte> b9) = Counters(twos[4], k);
        (Vector128<byte> b10, Vector128<byte> b11) = Counters(twos[5], k);
        for (int round = 1; round < RoundKeys - 1; round++)
        {
            key = ref Unsafe.Add(ref key, 1);
            k = key;
            b0 = AesNi.Encrypt(b0, k);
            b1 = AesNi.Encrypt(b1, k);
            b2 = AesNi.Encrypt(b2, k);
            b3 = AesNi.Encrypt(b3, k);
            b4 = AesNi.Encrypt(b4, k);
            b5 = AesNi.Encrypt(b5, k);
            b6 = AesNi.Encrypt(b6, k);
            b7 = AesNi.Encrypt(b7, k);
            b8 = AesNi.Encrypt(b8, k);
            b9 = AesNi.Encrypt(b9, k);
            b10 = AesNi.Encrypt(b10, k);
            b11 = AesNi.Encrypt(b11, k);
        }

        k = keys[RoundKeys - 1];
        Span<Vector128<uint>> fours = MemoryMarshal.Cast<uint, Vector128<uint>>(random)[..(Lanes / 4)];
        fours[0] = FirstWords(k, b0, b1, b2, b3);
        fours[1] = FirstWords(k, b4, b5, b6, b7);
        fours[2] = FirstWords(k, b8, b9, b10, b11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<byte> First, Vector128<byte> Second) Counters(Vector128<long> slots, Vector128<byte> key) =>
        (Sse2.UnpackLow(slots, Vector128<long>.Zero).AsByte() ^ key, Sse2.UnpackHigh(slots, Vector128<long>.Zero).AsByte() ^ key);

    // The last round, and the first word of each block.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> FirstWords(
        Vector128<byte> key, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d)
    {
        Vector128<uint> ab = Sse2.UnpackLow(AesNi.EncryptLast(a, key).AsUInt32(), AesNi.EncryptLast(b, key).AsUInt32());
        Vector128<uint> cd = Sse2.UnpackLow(AesNi.EncryptLast(c, key).AsUInt32(), AesNi.EncryptLast(d, key).AsUInt32());
        return Sse2.UnpackLow(ab.AsUInt64(), cd.AsUInt64()).AsUInt32();
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
