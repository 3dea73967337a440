using MdiQkd.KeyMaterial.Randomness;

namespace MdiQkd.Distillation.Tests.KeyMaterial.Randomness;

/// <summary>A source whose n-th sample a test decides; reads come in odd pieces, as from a device.</summary>
internal sealed class ScriptedSource(Func<long, byte> sample) : INoiseSource
{
    private long read;

    public string Name => "scripted";

    /// <summary>Samples after which something happens.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>What happens then; 0 ends the source.</summary>
    public Func<int> Then { get; init; } = () => 0;

    public bool IsDisposed { get; private set; }

    /// <summary>Uniform samples, the same in every run.</summary>
    public static Func<long, byte> Healthy { get; } = Repeatable(1);

    public static Func<long, byte> Repeatable(int seed)
    {
        byte[] bytes = new byte[1 << 20];
        new Random(seed).NextBytes(bytes);
        return n => bytes[n % bytes.Length];
    }

    public int Read(Span<byte> samples)
    {
        if (read >= Until)
        {
            return Then();
        }

        int count = (int)Math.Min(Math.Min(samples.Length, 1 + (read % 97)), Until - read);
        for (int i = 0; i < count; i++)
        {
            samples[i] = sample(read++);
        }

        return count;
    }

    public void Dispose() => IsDisposed = true;
}
