using System.Security.Cryptography;
using MdiQkd.KeyMaterial;
using MdiQkd.KeyMaterial.Randomness;

namespace MdiQkd.Distillation.Tests.KeyMaterial.Randomness;

public sealed class HardwareRandomnessTests
{
    private const int StartUp = HardwareRandomness.StartUpSamples;

    [Fact]
    public void A_full_claim_gives_the_samples_themselves_plus_the_systems()
    {
        using HardwareRandomness randomness = new(new ScriptedSource(ScriptedSource.Healthy), Claim(8), new Constant(0x5A));
        byte[] output = new byte[1000];
        randomness.Fill(output);

        Assert.False(randomness.IsConditioned);
        Assert.Equal(Enumerable.Range(StartUp, 1000).Select(n => (byte)(ScriptedSource.Healthy(n) ^ 0x5A)), output);
    }

    [Fact]
    public void A_lower_claim_is_hashed_with_64_bits_of_margin()
    {
        using HardwareRandomness randomness = new(new ScriptedSource(ScriptedSource.Healthy), Claim(5), new Constant(0));
        byte[] output = new byte[40];
        randomness.Fill(output);

        // 320 bits at 5 bits per sample: 64 samples for 32 bytes.
        byte[] Hash(int first) => SHA256.HashData(
            [.. Enumerable.Range(StartUp + first, 64).Select(n => ScriptedSource.Healthy(n))]);
        Assert.True(randomness.IsConditioned);
        Assert.Equal([.. Hash(0), .. Hash(64)[..8]], output);
    }

    [Fact]
    public void Long_fills_use_every_sample_once()
    {
        using HardwareRandomness randomness = new(new ScriptedSource(ScriptedSource.Healthy), Claim(8), new Constant(0));
        byte[] output = new byte[(3 * 512) + 32];
        randomness.Fill(output);
        Assert.Equal(Enumerable.Range(StartUp, output.Length).Select(n => ScriptedSource.Healthy(n)), output);
    }

    [Fact]
    public void A_stuck_source_never_starts()
    {
        ScriptedSource source = new(_ => 0x77);
        RandomnessException refused = Assert.Throws<RandomnessException>(() => new HardwareRandomness(source, Claim(8), new Constant(1)));
        Assert.Equal(RandomnessFault.RepetitionCount, refused.Fault);
        Assert.Contains("scripted", refused.Message, StringComparison.Ordinal);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void A_biased_source_never_starts()
    {
        // One sample in eight is 0, where a claim of 8 bits allows one in 256; no two in a row.
        ScriptedSource source = new(n => n % 8 == 0 ? (byte)0 : (byte)(1 + (ScriptedSource.Healthy(n) % 255)));
        Assert.Equal(
            RandomnessFault.AdaptiveProportion,
            Assert.Throws<RandomnessException>(() => new HardwareRandomness(source, Claim(8), new Constant(1))).Fault);

        // The same source is as good as a claim of 2.9 bits says.
        ScriptedSource honest = new(n => n % 8 == 0 ? (byte)0 : (byte)(1 + (ScriptedSource.Healthy(n) % 255)));
        new HardwareRandomness(honest, Claim(2.9), new Constant(1)).Dispose();
    }

    public static TheoryData<RandomnessFault> Failures =>
    [
        RandomnessFault.RepetitionCount, RandomnessFault.AdaptiveProportion, RandomnessFault.Ended, RandomnessFault.Vanished,
        RandomnessFault.Stalled,
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_source_that_fails_later_stops_everything_for_good(RandomnessFault fault)
    {
        const int Good = StartUp + 1024;
        using ManualResetEventSlim never = new();
        bool recovered = false;
        ScriptedSource source = new(n => n < Good || recovered ? ScriptedSource.Healthy(n)
            : fault == RandomnessFault.RepetitionCount ? (byte)0x31
            : n % 8 == 0 ? (byte)0 : ScriptedSource.Healthy(n))
        {
            Until = fault is RandomnessFault.RepetitionCount or RandomnessFault.AdaptiveProportion ? long.MaxValue : Good,
            Then = () =>
            {
                if (fault == RandomnessFault.Stalled)
                {
                    never.Wait(TimeSpan.FromSeconds(20));
                }

                return fault == RandomnessFault.Vanished ? throw new IOException("no such device") : 0;
            },
        };
        using HardwareRandomness randomness = new(source, Claim(8) with { TimeoutMs = fault == RandomnessFault.Stalled ? 2000 : 60_000 }, new Constant(0xC3));
        Task watching = randomness.WatchAsync(TimeProvider.System, CancellationToken.None);
        byte[] output = new byte[512];
        randomness.Fill(output);

        // The watcher may take the last good samples.
        byte[] later = [.. Enumerable.Repeat((byte)1, 4096)];
        RandomnessException failed = Assert.Throws<RandomnessException>(() => randomness.Fill(later));
        Assert.Equal(fault, failed.Fault);
        Assert.All(later, b => Assert.Equal(0, b)); // not even the system's part comes out

        recovered = true;
        never.Set();
        byte[] again = [1];
        Assert.Equal(fault, Assert.Throws<RandomnessException>(() => randomness.Fill(again)).Fault);
        Assert.Equal(0, again[0]);
        Assert.Equal(fault, (await Assert.ThrowsAsync<RandomnessException>(() => watching)).Fault);
    }

    [Fact]
    public async Task A_device_that_nobody_asks_is_tested_all_the_same()
    {
        ScriptedSource source = new(n => n < StartUp + 600 ? ScriptedSource.Healthy(n) : (byte)0);
        using HardwareRandomness randomness = new(source, Claim(8), new Constant(0));
        RandomnessException failed = await Assert.ThrowsAsync<RandomnessException>(
            () => randomness.WatchAsync(TimeProvider.System, TestContext.Current.CancellationToken).WaitAsync(
                TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(RandomnessFault.RepetitionCount, failed.Fault);
    }

    [Fact]
    public void A_missing_device_and_a_file_in_its_place_are_unavailable()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, new byte[10_000]);
            foreach (string path in (string[])["/nowhere/qrng0", file, Path.GetTempPath()])
            {
                RandomnessException refused = Assert.Throws<RandomnessException>(
                    () => HardwareRandomness.Open(Claim(8) with { Path = path }, new Constant(0)));
                Assert.Equal(RandomnessFault.Unavailable, refused.Fault);
                Assert.Contains(path, refused.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', refused.Message);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_character_device_works()
    {
        Assert.SkipUnless(File.Exists("/dev/urandom"), "this system has no /dev/urandom to stand in for a device");
        using HardwareRandomness randomness = HardwareRandomness.Open(Claim(8) with { Path = "/dev/urandom" }, new Constant(0));
        byte[] a = new byte[1000], b = new byte[1000];
        randomness.Fill(a);
        randomness.Fill(b);
        Assert.NotEqual(a, b);
        Assert.Equal("/dev/urandom", randomness.Name);
    }

    [Theory]
    [InlineData("", 8, 40, 1000, "path is empty")]
    [InlineData("x", 0, 40, 1000, "minEntropyBitsPerByte = 0 is outside 0.1..8")]
    [InlineData("x", 8.1, 40, 1000, "minEntropyBitsPerByte = 8.1 is outside 0.1..8")]
    [InlineData("x", double.NaN, 40, 1000, "minEntropyBitsPerByte = NaN is outside 0.1..8")]
    [InlineData("x", 8, 19, 1000, "falseAlarmExponent = 19 is outside 20..64")]
    [InlineData("x", 8, 65, 1000, "falseAlarmExponent = 65 is outside 20..64")]
    [InlineData("x", 8, 40, 0, "timeoutMs = 0 is outside 1..600000")]
    public void Settings_are_checked(string path, double bits, int exponent, int timeoutMs, string fault)
    {
        NoiseSourceSettings settings = new(path, bits, NoiseSourceKind.Device, exponent, timeoutMs);
        Assert.Equal(fault, settings.Fault());
        Assert.Throws<ArgumentException>(() => new HardwareRandomness(new ScriptedSource(_ => 0), settings, new Constant(0)));
    }

    private static NoiseSourceSettings Claim(double minEntropyBits) => new("unused", minEntropyBits);

    /// <summary>Stands for the operating system's generator.</summary>
    private sealed class Constant(byte value) : IKeyRandomness
    {
        public void Fill(Span<byte> destination) => destination.Fill(value);
    }
}
