using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using MdiQkd.Transport;

namespace MdiQkd.Cli.Processes;

/// <summary>
/// A daemon started by the demo: prints one JSON line with <c>"ready":true</c> on standard output when it is up, logs to
/// standard error, stops on SIGTERM, and dies with this process (<see cref="ParentWatch"/>).
/// </summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    /// <summary>Time from SIGTERM to SIGKILL: a node closes its SQLite store in well under a second.</summary>
    internal static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    private const int SignalTerminate = 15;

    private readonly Process process;
    private readonly StreamWriter log;
    private readonly TaskCompletionSource<JsonElement> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string lastError = "";

    private ChildProcess(ChildSpec spec)
    {
        Spec = spec;
        log = new StreamWriter(spec.LogFile, append: true) { AutoFlush = true };
        ProcessStartInfo info = new(spec.Program, spec.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment[ParentWatch.Variable] = Environment.ProcessId.ToString();
        foreach ((string name, string value) in spec.Environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, line) => ReadOutput(line.Data);
        process.ErrorDataReceived += (_, line) => ReadError(line.Data);
    }

    /// <summary>How it was started.</summary>
    internal ChildSpec Spec { get; }

    /// <summary>Process id.</summary>
    internal int Id => process.Id;

    /// <summary>The line that it printed when it was ready.</summary>
    internal JsonElement Ready { get; private set; }

    /// <summary>Completes when the process has ended, with its exit code (128 + n after signal n).</summary>
    internal Task<int> Ended { get; private set; } = Task.FromResult(0);

    /// <summary>Why it ended, in one line: the last <c>error:</c> line, or else the exit code.</summary>
    internal string EndReason =>
        lastError.Length > 0 ? lastError
        : process.ExitCode > 128 ? $"ended by signal {process.ExitCode - 128}"
        : $"exit code {process.ExitCode}";

    /// <summary>Starts a child and waits until it is ready.</summary>
    /// <exception cref="ChildProcessException">It ended, or took longer than the time-out.</exception>
    internal static async Task<ChildProcess> StartAsync(ChildSpec spec, TimeSpan readyTimeout, CancellationToken ct)
    {
        ChildProcess child = new(spec);
        try
        {
            await ChildStarter.StartAsync(child.process).ConfigureAwait(false);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            await child.log.DisposeAsync().ConfigureAwait(false);
            throw new ChildProcessException($"{spec.Name}: cannot start {spec.Program}: {e.Message}");
        }

        child.process.StandardInput.Close();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        child.Ended = child.WaitAsync();
        try
        {
            await Task.WhenAny(child.ready.Task, child.Ended).WaitAsync(readyTimeout, ct).ConfigureAwait(false);
            if (!child.ready.Task.IsCompleted)
            {
                throw new ChildProcessException($"{spec.Name} ended before it was ready: {child.EndReason}");
            }
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or ChildProcessException)
        {
            await child.DisposeAsync().ConfigureAwait(false);
            if (e is TimeoutException)
            {
                throw new ChildProcessException($"{spec.Name} was not ready after {readyTimeout.TotalSeconds:0} s");
            }

            throw;
        }

        child.Ready = await child.ready.Task.ConfigureAwait(false);
        return child;
    }

    /// <summary>Stops it: SIGTERM, and SIGKILL if it does not end in time.</summary>
    internal async Task StopAsync()
    {
        if (Ended.IsCompleted)
        {
            return;
        }

        try
        {
            if (OperatingSystem.IsWindows() || SendSignal(process.Id, SignalTerminate) != 0)
            {
                process.Kill();
            }

            await Ended.WaitAsync(StopGrace).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await Ended.ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // It ended between the look and the kill.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
        process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        await log.DisposeAsync().ConfigureAwait(false);
        return process.ExitCode;
    }

    private void ReadOutput(string? line)
    {
        if (line is null || ready.Task.IsCompleted)
        {
            return;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("ready", out JsonElement isReady) && isReady.ValueKind == JsonValueKind.True)
            {
                ready.TrySetResult(document.RootElement.Clone());
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            ReadError(line);
        }
    }

    private void ReadError(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (log)
        {
            if (line.StartsWith("error: ", StringComparison.Ordinal))
            {
                lastError = line["error: ".Length..];
            }

            try
            {
                log.WriteLine(line);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // A full disk must not end the demo; the daemon's own state is not in its log.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
