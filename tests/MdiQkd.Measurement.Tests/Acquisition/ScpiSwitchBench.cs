using System.Net;
using System.Net.Sockets;
using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Tests.Acquisition;

/// <summary>
/// A matrix switch on loopback that behaves: ports, an error queue, break before make. Faults are set on it as they happen in
/// the field: mirrors stick, land on a wrong port, the controller hangs or hangs up.
/// </summary>
internal sealed class ScpiSwitchBench : IAsyncDisposable
{
    private const int Ports = 32;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Queue<string> errors = new();
    private readonly Task serving;

    public ScpiSwitchBench()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)listener.LocalEndpoint;

    public List<(int From, int To)> Connections { get; } = [];

    public List<string> Received { get; } = [];

    public bool Sticks { get; set; }

    public int PortError { get; set; }

    public string? SilentOn { get; set; }

    public string? HangsUpOn { get; set; }

    public string? StateReply { get; set; }

    public int StaleErrors
    {
        set
        {
            for (int i = 0; i < value; i++)
            {
                errors.Enqueue("-350,\"Queue overflow\"");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(stop.Token);
                await TalkAsync(client);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // The driver hung up; the next one is welcome.
            }
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using StreamReader reader = new(client.GetStream());
        await using StreamWriter writer = new(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        while (await reader.ReadLineAsync(stop.Token) is { } line)
        {
            Received.Add(line);
            if (HangsUpOn is { } hangUp && line.Contains(hangUp, StringComparison.Ordinal))
            {
                return;
            }

            string? reply = Answer(line);
            if (reply is not null && (SilentOn is not { } silent || !line.Contains(silent, StringComparison.Ordinal)))
            {
                await writer.WriteLineAsync(reply.AsMemory(), stop.Token);
            }
        }
    }

    private string? Answer(string line)
    {
        const string only = ":oxc:swit:conn:only ";
        if (line == "*OPC?")
        {
            return "1";
        }

        if (line == ":syst:err?")
        {
            return errors.TryDequeue(out string? error) ? error : "0,\"No error\"";
        }

        if (line == ":oxc:swit:conn:stat?")
        {
            return StateReply ?? ScpiConnections.Format(Connections);
        }

        bool known = line == ":oxc:swit:disc:all";
        List<(int From, int To)> wanted = [];
        if (line.StartsWith(only, StringComparison.Ordinal))
        {
            known = ScpiConnections.TryParse(line[only.Length..], out wanted)
                && wanted.TrueForAll(c => c.From <= Ports && c.To <= Ports);
        }

        if (!known)
        {
            errors.Enqueue("-222,\"Data out of range\"");
        }
        else if (!Sticks)
        {
            Connections.Clear();
            Connections.AddRange(wanted.Select(c => (c.From + PortError, c.To)));
        }

        return null;
    }
}
