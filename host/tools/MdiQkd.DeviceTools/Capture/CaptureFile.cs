using System.Globalization;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Acquisition.TagFiles;

namespace MdiQkd.DeviceTools.Capture;

/// <summary>
/// The file of a capture. What waits is written every second, also when no tag comes, so that little is lost with this process. After
/// an interruption it goes on in the same file, with a void stretch; after a restart of the board, whose clock begins anew, in another one.
/// </summary>
internal sealed class CaptureFile : IAsyncDisposable
{
    private const int BufferBytes = 1 << 12;
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    private readonly string path;
    private readonly TagFileHeader header;
    private readonly SemaphoreSlim gate = new(1);
    private readonly ITimer timer;
    private readonly List<string> files = [];
    private TagFileWriter? writer;
    private long closedBytes;
    private long watermarkPs = -1;
    private bool isInterrupted;
    private bool isRestarted;
    private Exception? flushFailure;

    private CaptureFile(string path, TagFileHeader header, TimeProvider time)
    {
        this.path = path;
        this.header = header;
        timer = time.CreateTimer(_ => Flush(), null, FlushInterval, FlushInterval);
    }

    /// <summary>Files written.</summary>
    internal IReadOnlyList<string> Files => files;

    /// <summary>Bytes written to all files.</summary>
    internal long Bytes => closedBytes + (writer?.BytesWritten ?? 0);

    /// <summary>Begins the first file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static async Task<CaptureFile> CreateAsync(CaptureRequest request, DeviceInformation board, TimeProvider time)
    {
        string text = $"{board.Name}, serial number {board.Serial}, firmware {board.Firmware}, at {board.Address}; channels "
            + string.Join(", ", board.Channels.Select(
                c => string.Create(CultureInfo.InvariantCulture, $"{c.Channel} = {c.Role} {c.Index}")));
        CaptureFile file = new(
            request.Output,
            new TagFileHeader(time.GetUtcNow(), request.Text.Length == 0 ? text : $"{request.Text}; {text}"),
            time);
        try
        {
            await file.BeginAsync().ConfigureAwait(false);
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tags are missing from here to the next block.</summary>
    /// <param name="restarted">Whether the board's clock has begun anew.</param>
    internal void Interrupt(bool restarted)
    {
        isInterrupted = true;
        isRestarted |= restarted;
    }

    /// <summary>Writes a block; marks it as void if it is the first after an interruption.</summary>
    internal async Task WriteAsync(TimeTagBlock block)
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (flushFailure is not null)
            {
                throw new IOException(flushFailure.Message, flushFailure);
            }

            bool follows = block.WatermarkPs >= watermarkPs && (block.Count == 0 || block.TimesPs[0] > watermarkPs);
            if (isInterrupted && (isRestarted || !follows))
            {
                await CloseAsync().ConfigureAwait(false);
                await BeginAsync().ConfigureAwait(false);
            }
            else if (isInterrupted)
            {
                block.LostTags = Math.Max(1, block.LostTags);
            }

            (isInterrupted, isRestarted) = (false, false);
            await writer!.WriteAsync(block, CancellationToken.None).ConfigureAwait(false);
            watermarkPs = block.WatermarkPs;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Closes the file with its index.</summary>
    internal async Task CompleteAsync()
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync().ConfigureAwait(false);
        if (writer is not null)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }

        gate.Dispose();
    }

    private async Task BeginAsync()
    {
        string next = path;
        for (int part = 2; files.Count > 0 && (files.Contains(next) || File.Exists(next)); part++)
        {
            next = Path.Combine(
                Path.GetDirectoryName(path) ?? "",
                string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}-{part}{Path.GetExtension(path)}"));
        }

        FileStream stream = new(next, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes, FileOptions.Asynchronous);
        files.Add(next);
        watermarkPs = -1;
        writer = await TagFileWriter.CreateAsync(stream, header, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        if (writer is not null)
        {
            await writer.CompleteAsync(CancellationToken.None).ConfigureAwait(false);
            await writer.DisposeAsync().ConfigureAwait(false);
            closedBytes += writer.BytesWritten;
            writer = null;
        }
    }

    /// <summary>Called by the timer; a round that meets a block being written is left out, the next one follows in a second.</summary>
    private void Flush()
    {
        if (!gate.Wait(0))
        {
            return;
        }

        try
        {
            if (writer is not null)
            {
                writer.FlushAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (IOException e)
        {
            flushFailure = e;
        }
        finally
        {
            gate.Release();
        }
    }
}
