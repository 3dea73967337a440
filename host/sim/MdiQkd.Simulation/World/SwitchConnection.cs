using System.Net.Sockets;
using System.Text;

namespace MdiQkd.Simulation.World;

/// <summary>
/// One SCPI connection to the simulated switch: lines in, replies to queries out, faults in an error queue of its own. What is not
/// understood is an error in the queue; as on an instrument, an unknown query has no reply.
/// </summary>
internal sealed class SwitchConnection(Socket socket, Laboratory laboratory)
{
    private const int LineMax = 16 * 1024;
    private const int ErrorsMax = 16;

    private readonly Queue<string> errors = new();

    /// <summary>Serves the connection until it ends.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        NetworkStream stream = new(socket, ownsSocket: true);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                byte[] buffer = new byte[LineMax];
                int held = 0;
                while (held < buffer.Length)
                {
                    int got = await stream.ReadAsync(buffer.AsMemory(held), ct).ConfigureAwait(false);
                    if (got == 0)
                    {
                        return;
                    }

                    held += got;
                    held = await TakeLinesAsync(stream, buffer, held, ct).ConfigureAwait(false);
                }

                laboratory.Log($"switch: a line of more than {LineMax} bytes");
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
            {
                laboratory.Log($"switch: connection ended: {e.Message}");
            }
        }
    }

    private async Task<int> TakeLinesAsync(NetworkStream stream, byte[] buffer, int held, CancellationToken ct)
    {
        int end;
        while ((end = buffer.AsSpan(0, held).IndexOf((byte)'\n')) >= 0)
        {
            string line = Encoding.ASCII.GetString(buffer, 0, end);
            held -= end + 1;
            buffer.AsSpan(end + 1, held).CopyTo(buffer);
            if (await AnswerAsync(ScpiCommand.Parse(line), ct).ConfigureAwait(false) is { } reply)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\n"), ct).ConfigureAwait(false);
            }
        }

        return held;
    }

    private async Task<string?> AnswerAsync(ScpiCommand command, CancellationToken ct)
    {
        switch (command.Kind)
        {
            case ScpiCommandKind.Identify:
                return "MdiQkd,SimulatedSwitch,0,1";
            case ScpiCommandKind.OperationComplete:
                return "1";
            case ScpiCommandKind.NextError:
                return errors.TryDequeue(out string? error) ? error : "0,\"No error\"";
            case ScpiCommandKind.ConnectionState:
                return await laboratory.AskAsync(laboratory.ConnectionState, ct).ConfigureAwait(false);
            case ScpiCommandKind.ConnectOnly:
            case ScpiCommandKind.DisconnectAll:
                if (!await laboratory.AskAsync(() => laboratory.Move(command.Connections), ct).ConfigureAwait(false))
                {
                    Fault("-222,\"Data out of range\"");
                }

                return null;
            default:
                Fault("-113,\"Undefined header\"");
                return null;
        }
    }

    private void Fault(string error)
    {
        if (errors.Count < ErrorsMax - 1)
        {
            errors.Enqueue(error);
        }
        else if (errors.Count == ErrorsMax - 1)
        {
            errors.Enqueue("-350,\"Queue overflow\"");
        }
    }
}
