using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using MdiQkd.Preparation;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Tests.Preparation;

[Trait("Lane", "Simd")]
public sealed class CounterStatesTests
{
    private static readonly SourceSettings Source = SourceSettings.FromReal(0.561, 0.136, 0.049, 0.703, 0.070, 0.199);
    private static readonly PilotPattern Pilots = new(1000, 10);
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData(true, 1000, true)]
    [InlineData(false, 1000, true)]
    [InlineData(true, 1024, true)] // a power of two takes another path
    [InlineData(false, 1024, false)]
    public void Equals_the_definition_in_ENCODER_md(bool isReference, int period, bool useAesNi)
    {
        using var states = new CounterStates(
            Key, Source, new PilotPattern(period, 10), 1L << 40, isReference, useAesNi && AesNiCounterBlocks.IsSupported);
        long[] slots = [10, 11, 999, 1023456789012, 12345, 77, 54321, 5, 1000, 9999, 4242, .. Enumerable.Range(2000, 300)];
        byte[] packed = new byte[slots.Length];
        Assert.True(states.TryRead(slots, packed));
        using var aes = Aes.Create();
        aes.SetKey(Key);
        for (int i = 0; i < slots.Length; i++)
        {
            byte[] block = new byte[16];
            BinaryPrimitives.WriteInt64LittleEndian(block, slots[i]);
            byte[] random = aes.EncryptEcb(block, PaddingMode.None);
            var expected = slots[i] % period < 10
                ? PilotState(slots[i], period, isReference)
                : new PreparedState(Source.Sample(BinaryPrimitives.ReadUInt16LittleEndian(random)), random[2] & 1);
            Assert.Equal(expected, new PreparedState(packed[i]));
        }
    }

    // ENCODER.md 4, written anew: one guard, then nine pilots a group in a cycle of 16.
    private static PreparedState PilotState(long slot, int period, bool isReference)
    {
        long position = slot % period;
        long kind = position == 0 ? -1 : ((slot / period * 9) + position - 1) % 16;
        byte packed = kind switch
        {
            0 => isReference ? (byte)3 : (byte)0,
            8 => isReference ? (byte)0 : (byte)3,
            1 or 3 or 5 or 7 or 9 or 11 or 13 or 15 => isReference ? (byte)15 : (byte)11,
            -1 => 0,
            _ => 11,
        };
        return new PreparedState(packed);
    }

    [Fact]
    public void Hardware_and_portable_paths_are_equal()
    {
        if (!AesNiCounterBlocks.IsSupported)
        {
            Assert.Skip("AES-NI is missing");
        }

        Gen.Select(Gen.Byte.Array[32], Gen.Long[0, (1L << 50) - 1].Array[0, 600]).Sample((key, slots) =>
        {
            using var fast = new CounterStates(key, Source, Pilots, 1L << 50, true, useAesNi: true);
            using var slow = new CounterStates(key, Source, Pilots, 1L << 50, true, useAesNi: false);
            byte[] a = new byte[slots.Length], b = new byte[slots.Length];
            return fast.TryRead(slots, a) && slow.TryRead(slots, b) && a.AsSpan().SequenceEqual(b);
        }, iter: 200);
    }

    [Fact]
    public void Label_frequencies_are_those_of_the_weights()
    {
        const int n = 1 << 20;
        using var states = new CounterStates(Key, Source, new PilotPattern(1, 0), n);
        long[] slots = [.. Enumerable.Range(0, n).Select(i => (long)i)];
        byte[] packed = new byte[n];
        Assert.True(states.TryRead(slots, packed));
        foreach (IntensityLabel label in Enum.GetValues<IntensityLabel>())
        {
            for (int bit = 0; bit < 2; bit++)
            {
                double p = Source.Probability(label) / 2;
                int count = packed.Count(x => x == new PreparedState(label, bit).Packed);
                // Binomial, 4 sigma: a fixed key, 8 cells, so a false alarm has probability 5e-4 once and for all.
                Assert.InRange(count, (n * p) - (4 * Math.Sqrt(n * p)), (n * p) + (4 * Math.Sqrt(n * p)));
            }
        }
    }

    [Fact]
    public void Slots_outside_the_session_read_as_not_prepared()
    {
        using var states = new CounterStates(Key, Source, Pilots, 100);
        byte[] packed = new byte[2];
        Assert.True(states.TryRead([0, 99], packed));
        Assert.False(states.TryRead([0, 100], packed));
        Assert.False(states.TryRead([-1, 0], packed));
    }

    [Fact]
    public void After_dispose_the_states_are_gone()
    {
        foreach (bool useAesNi in new[] { false, AesNiCounterBlocks.IsSupported })
        {
            var states = new CounterStates(Key, Source, Pilots, 100, true, useAesNi);
            states.Dispose();
            Assert.Throws<ObjectDisposedException>(() => states.TryRead([1], new byte[1]));
        }
    }
}
