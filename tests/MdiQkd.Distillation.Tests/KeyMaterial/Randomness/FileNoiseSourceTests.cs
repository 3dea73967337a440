using MdiQkd.KeyMaterial.Randomness;

namespace MdiQkd.Distillation.Tests.KeyMaterial.Randomness;

public sealed class FileNoiseSourceTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Nothing_is_read_twice_and_what_was_read_is_gone_from_the_file()
    {
        byte[] recorded = new byte[200_000];
        new Random(8).NextBytes(recorded);
        recorded.AsSpan(0, 3).Fill(9);
        File.WriteAllBytes(file, recorded);

        byte[] first = Read(100);
        Assert.Equal(recorded[..100], first);

        // A chunk was taken and the rest of it is lost, as after a crash: 64 KiB are zero, the next samples follow.
        byte[] left = File.ReadAllBytes(file);
        Assert.Equal(-1, left.AsSpan(0, 65536).IndexOfAnyExcept((byte)0));
        Assert.Equal(recorded[65536..], left[65536..]);
        int next = 65536 + recorded.AsSpan(65536).IndexOfAnyExcept((byte)0);
        Assert.Equal(recorded[next..(next + 70_000)], Read(70_000));
        Assert.True(Read(200_000).Length < 70_000);
        Assert.Empty(Read(1));
        Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void It_is_open_once()
    {
        File.WriteAllBytes(file, [1, 2, 3]);
        using FileNoiseSource source = new(file);
        Assert.Throws<IOException>(() => new FileNoiseSource(file));
        Assert.Equal([1, 2, 3], File.Exists(file) ? ReadFrom(source, 10) : []);
    }

    [Fact]
    public void A_recording_that_runs_out_stops_the_randomness()
    {
        byte[] recorded = new byte[HardwareRandomness.StartUpSamples + 64];
        new Random(9).NextBytes(recorded);
        File.WriteAllBytes(file, recorded);
        using HardwareRandomness randomness = HardwareRandomness.Open(
            new NoiseSourceSettings(file, 8, NoiseSourceKind.File), new MdiQkd.KeyMaterial.OperatingSystemRandomness());
        randomness.Fill(new byte[64]);
        Assert.Equal(RandomnessFault.Ended, Assert.Throws<RandomnessException>(() => randomness.Fill(new byte[1])).Fault);
    }

    [Fact]
    public void A_recording_too_short_for_the_start_up_test_is_refused()
    {
        File.WriteAllBytes(file, [1, 2, 3]);
        Assert.Equal(RandomnessFault.Ended, Assert.Throws<RandomnessException>(() => HardwareRandomness.Open(
            new NoiseSourceSettings(file, 8, NoiseSourceKind.File), new MdiQkd.KeyMaterial.OperatingSystemRandomness())).Fault);
    }

    private byte[] Read(int count)
    {
        using FileNoiseSource source = new(file);
        return ReadFrom(source, count);
    }

    private static byte[] ReadFrom(FileNoiseSource source, int count)
    {
        byte[] samples = new byte[count];
        int done = 0;
        while (done < count && source.Read(samples.AsSpan(done)) is > 0 and var read)
        {
            done += read;
        }

        return samples[..done];
    }
}
