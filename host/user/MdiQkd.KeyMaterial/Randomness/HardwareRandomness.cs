using System.Security.Cryptography;

namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>
/// Randomness from a physical source, watched by the health tests of NIST SP 800-90B.
/// <para>Design. At the start <see cref="StartUpSamples"/> samples are tested and thrown away (section 4.3 asks for at least 1,024);
/// afterwards every sample passes both tests before anything made from it leaves. The first failure of any kind is final: this
/// object gives nothing any more, and never turns to another source by itself. Starting anew is an operator's act.</para>
/// <para>Conditioning. 32 bytes are SHA-256 (a vetted function, section 3.1.5.1.1) of as many samples as hold 256 + 64 bits of claimed min-entropy,
/// the margin of SP 800-90C for full entropy. A source that claims 8 bits per byte is taken as it is, so that nothing computational is
/// put in between. In both cases the operating system's generator is added (XOR): a source that passes the tests and is known to its
/// maker all the same makes nothing worse than that generator.</para>
/// <para>Trade-off. The tests find a source that breaks, not one that lies: a deterministic sequence passes them.</para>
/// </summary>
public sealed class HardwareRandomness : IKeyRandomness, IDisposable
{
    /// <summary>Samples of the start-up test: eight windows of the proportion test.</summary>
    public const int StartUpSamples = 8 * AdaptiveProportionTest.Window;

    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(1);

    private const int BlockBytes = SHA256.HashSizeInBytes;
    private const double BitsPerBlock = (8 * BlockBytes) + 64;

    /// <summary>Blocks of output made from one read.</summary>
    private const int BlocksPerRead = 16;

    private readonly Lock gate = new();
    private readonly INoiseSource source;
    private readonly IKeyRandomness mixed;
    private readonly RepetitionCountTest repetition;
    private readonly AdaptiveProportionTest proportion;
    private readonly TimeSpan timeout;
    private readonly bool isRecording;
    private readonly int samplesPerBlock;
    private readonly byte[] samples;
    private readonly byte[] block = GC.AllocateArray<byte>(BlockBytes, pinned: true);
    private readonly TaskCompletionSource failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (RandomnessFault Fault, string Detail)? failed;
    private bool disposed;

    /// <summary>Takes a source into use after the start-up test. Owns the source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="settings">Claim and limits; the path is not looked at.</param>
    /// <param name="mixed">The operating system's generator.</param>
    /// <exception cref="ArgumentException">The settings are at fault.</exception>
    /// <exception cref="RandomnessException">The source failed; it is disposed.</exception>
    public HardwareRandomness(INoiseSource source, NoiseSourceSettings settings, IKeyRandomness mixed)
    {
        if (settings.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(settings));
        }

        this.source = source;
        this.mixed = mixed;
        repetition = new RepetitionCountTest(settings.MinEntropyBitsPerByte, settings.FalseAlarmExponent);
        proportion = new AdaptiveProportionTest(settings.MinEntropyBitsPerByte, settings.FalseAlarmExponent);
        isRecording = settings.Kind == NoiseSourceKind.File;
        timeout = TimeSpan.FromMilliseconds(settings.TimeoutMs);
        IsConditioned = settings.MinEntropyBitsPerByte < 8;
        samplesPerBlock = IsConditioned ? (int)Math.Ceiling(BitsPerBlock / settings.MinEntropyBitsPerByte) : BlockBytes;
        samples = GC.AllocateArray<byte>(Math.Max(StartUpSamples, BlocksPerRead * samplesPerBlock), pinned: true);
        try
        {
            Draw(StartUpSamples);
        }
        catch (RandomnessException)
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Name of the source.</summary>
    public string Name => source.Name;

    /// <summary>Whether samples are hashed, that is, whether fewer than 8 bits per byte are claimed.</summary>
    public bool IsConditioned { get; }

    /// <summary>Opens what the settings name and tests it.</summary>
    /// <inheritdoc cref="HardwareRandomness(INoiseSource, NoiseSourceSettings, IKeyRandomness)"/>
    public static HardwareRandomness Open(NoiseSourceSettings settings, IKeyRandomness mixed)
    {
        INoiseSource source;
        try
        {
            // Opening a pipe waits for its writer.
            Task<INoiseSource> opening = Task.Run<INoiseSource>(() => settings.Kind == NoiseSourceKind.File
                ? new FileNoiseSource(settings.Path)
                : new DeviceNoiseSource(settings.Path));
            source = opening.WaitAsync(TimeSpan.FromMilliseconds(settings.TimeoutMs)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new RandomnessException(RandomnessFault.Unavailable, settings.Path, e.Message.ReplaceLineEndings(" "));
        }

        return new HardwareRandomness(source, settings, mixed);
    }

    /// <inheritdoc/>
    /// <exception cref="RandomnessException">The source has failed, now or before; the destination is zero then.</exception>
    public void Fill(Span<byte> destination)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            Span<byte> left = destination;
            try
            {
                mixed.Fill(destination);
                while (!left.IsEmpty)
                {
                    left = left[FillFromOneRead(left)..];
                }
            }
            catch
            {
                destination.Clear();
                throw;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(samples);
                CryptographicOperations.ZeroMemory(block);
            }
        }
    }

    /// <summary>
    /// Ends when the source has failed. Tests a window of samples every second, so that a device is found broken before a block begins;
    /// recorded samples are not spent on that.
    /// </summary>
    /// <exception cref="RandomnessException">The source has failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task WatchAsync(TimeProvider time, CancellationToken ct)
    {
        while (!isRecording && !failure.Task.IsCompleted)
        {
            await Task.WhenAny(failure.Task, Task.Delay(WatchPeriod, time, ct)).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            await Task.Run(TestIdle, ct).ConfigureAwait(false);
        }

        await failure.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            source.Dispose();
        }
    }

    private void TestIdle()
    {
        lock (gate)
        {
            if (!disposed)
            {
                Draw(AdaptiveProportionTest.Window);
                CryptographicOperations.ZeroMemory(samples);
            }
        }
    }

    private int FillFromOneRead(Span<byte> destination)
    {
        int blocks = Math.Min(BlocksPerRead, (destination.Length + BlockBytes - 1) / BlockBytes);
        Draw(blocks * samplesPerBlock);
        int done = 0;
        for (int i = 0; i < blocks; i++)
        {
            ReadOnlySpan<byte> part = samples.AsSpan(i * samplesPerBlock, samplesPerBlock);
            if (IsConditioned)
            {
                SHA256.HashData(part, block);
                part = block;
            }

            for (int j = 0; j < BlockBytes && done < destination.Length; j++, done++)
            {
                destination[done] ^= part[j];
            }
        }

        return done;
    }

    /// <summary>Reads samples and tests them.</summary>
    private void Draw(int count)
    {
        if (failed is var (fault, detail))
        {
            throw new RandomnessException(fault, source.Name, detail);
        }

        for (int at = 0; at < count;)
        {
            int read = ReadInTime(at, count - at);
            if (read == 0)
            {
                throw Fail(RandomnessFault.Ended, "it has no more samples");
            }

            ReadOnlySpan<byte> fresh = samples.AsSpan(at, read);
            if (!repetition.Accept(fresh))
            {
                throw Fail(RandomnessFault.RepetitionCount, $"{repetition.Cutoff} equal samples in a row (SP 800-90B, 4.4.1)");
            }

            if (!proportion.Accept(fresh))
            {
                throw Fail(
                    RandomnessFault.AdaptiveProportion,
                    $"one sample {proportion.Cutoff} times in {AdaptiveProportionTest.Window} (SP 800-90B, 4.4.2)");
            }

            at += read;
        }
    }

    private int ReadInTime(int at, int count)
    {
        try
        {
            Task<int> reading = Task.Run(() => source.Read(samples.AsSpan(at, count)));
            return reading.WaitAsync(timeout).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            throw Fail(RandomnessFault.Stalled, $"no samples for {timeout.TotalMilliseconds} ms");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw Fail(RandomnessFault.Vanished, e.Message.ReplaceLineEndings(" "));
        }
    }

    private RandomnessException Fail(RandomnessFault fault, string detail)
    {
        failed = (fault, detail);
        failure.TrySetException(new RandomnessException(fault, source.Name, detail));
        _ = failure.Task.Exception; // observed: nobody need wait for it
        return new RandomnessException(fault, source.Name, detail);
    }
}
