using System.Net;
using System.Text.Json;
using MdiQkd.Acquisition;
using MdiQkd.Cli.Demo;
using MdiQkd.Firmware.Adapters;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Firmware.Ports;
using MdiQkd.VirtualBoard.Bench;
using MdiQkd.VirtualBoard.Links;

namespace MdiQkd.Cli.Commands.Board;

/// <summary>A virtual board and everything around it, until cancelled.</summary>
internal sealed class BoardSimulation(SimulationOptions options)
{
    private string address = "";

    /// <summary>Runs it.</summary>
    /// <exception cref="ArgumentException">A fault has no such name.</exception>
    /// <exception cref="IOException">The link cannot be made, or the simulated world is gone.</exception>
    internal async Task RunAsync(CancellationToken ct)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using SimulatedBoard board = new(options.Settings, MakeLink);
        foreach (string fault in options.Faults)
        {
            if (!BoardFault.TryApply(board, fault, out string error))
            {
                throw new ArgumentException($"--fault: {error}");
            }
        }

        List<Task> running = [.. Surroundings(board, stopping.Token)];
        _ = Task.Run(() => TakeFaults(board), CancellationToken.None);
        Tell();
        try
        {
            running.Add(Task.Delay(Timeout.Infinite, stopping.Token));
            await Task.WhenAny(running).Unwrap().ConfigureAwait(false);
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IByteLink MakeLink(AutoResetEvent wake)
    {
        if (options.TcpPort is { } port)
        {
            HostLink tcp = HostLink.Listen(new IPEndPoint(IPAddress.Loopback, port), wake, out IPEndPoint bound);
            address = bound.ToString();
            return tcp;
        }

        TerminalBoardLink terminal = new(options.TerminalLink);
        address = terminal.Address;
        return terminal;
    }

    private IEnumerable<Task> Surroundings(SimulatedBoard board, CancellationToken ct)
    {
        if (options.Light is { } light)
        {
            yield return new LightReporter(board).RunAsync(light, ct);
        }

        if (options.Tags is { } tags)
        {
            yield return StreamAsync(board, tags, ct);
        }
        else if (options.Settings.Tagger != TaggerKind.None)
        {
            yield return new GeneratedTags(board, options.RateHz, options.Seed).RunAsync(ct);
        }
    }

    private static async Task StreamAsync(SimulatedBoard board, IPEndPoint tags, CancellationToken ct)
    {
        ITimeTagSource source = await TcpTagSource.ConnectAsync(tags, ct).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            await new StreamedTags(board).RunAsync(source, ct).ConfigureAwait(false);
        }
    }

    // Until the end of standard input; a board that the demo started has none.
    private static void TakeFaults(SimulatedBoard board)
    {
        while (Console.In.ReadLine() is { } line)
        {
            if (line.Trim().Length > 0)
            {
                Console.Error.WriteLine(BoardFault.TryApply(board, line, out string error) ? $"fault: {line.Trim()}" : $"error: {error}");
            }
        }
    }

    private void Tell() => Console.Out.WriteLine(
        options.Json
            ? JsonSerializer.Serialize(new { ready = true, name = DaemonFiles.BoardName, address })
            : $"virtual board at {address}; Ctrl-C ends it. In another terminal: mdiqkd device info {address}");
}
