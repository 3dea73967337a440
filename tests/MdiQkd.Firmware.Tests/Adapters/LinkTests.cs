using System.Net;
using System.Net.Sockets;
using MdiQkd.Firmware.Adapters;

namespace MdiQkd.Firmware.Tests.Adapters;

/// <summary>Links of the .NET boards over real sockets.</summary>
public sealed class LinkTests : IDisposable
{
    private const int Period = 251;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly AutoResetEvent wake = new(false);
    private readonly HostLink link;
    private readonly IPEndPoint address;

    public LinkTests() => link = HostLink.Listen(new IPEndPoint(IPAddress.Loopback, 0), wake, out address);

    // The event stays: threads of the link may still set it.
    public void Dispose() => link.Dispose();

    [Fact]
    public void Bytes_pass_both_ways_and_every_arrival_wakes_the_main_loop()
    {
        using Socket host = Connect();
        WaitUntil(() => link.IsOpen);
        byte[] sent = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        host.Send(sent);
        byte[] received = new byte[300];
        int count = 0;
        WaitUntil(() => (count += link.Read(received, count, received.Length - count)) == sent.Length);
        Assert.Equal(sent, received[..count]);

        Assert.Equal(5, link.Write(sent, 7, 5));
        Assert.Equal(5, host.Receive(received));
        Assert.Equal(sent[7..12], received[..5]);
    }

    [Fact]
    public void A_host_that_reads_nothing_makes_the_link_take_nothing_and_loses_nothing()
    {
        using Socket host = Connect();
        WaitUntil(() => link.IsOpen);
        byte[] bytes = [.. Enumerable.Range(0, Period << 8).Select(i => (byte)(i % Period))];
        long taken = 0;
        int refusals = 0;
        WaitUntil(() =>
        {
            int now = link.Write(bytes, (int)(taken % Period), bytes.Length - Period);
            taken += now;
            refusals = now == 0 ? refusals + 1 : 0;
            return refusals == 100;
        });

        // Everything that was taken comes out, in order, once the host reads.
        byte[] chunk = new byte[1 << 15];
        for (long read = 0; read < taken;)
        {
            int count = host.Receive(chunk);
            Assert.True(chunk.AsSpan(0, count).SequenceEqual(bytes.AsSpan((int)(read % Period), count)));
            read += count;
        }

        Assert.True(taken > bytes.Length);
        Assert.Equal(0, host.Available);
    }

    [Fact]
    public void Between_two_hosts_the_link_is_seen_to_close()
    {
        using (Connect())
        {
            WaitUntil(() => link.IsOpen);
        }

        // The next host is there before the main loop looks: it must still see the change.
        using Socket second = Connect();
        second.Send([1]);
        byte[] buffer = new byte[1];
        WaitUntil(() => !link.IsOpen);
        WaitUntil(() => link.IsOpen);
        WaitUntil(() => link.Read(buffer, 0, 1) == 1);
    }

    [Fact]
    public void A_terminal_that_cannot_be_opened_says_which_and_why()
    {
        Assert.Contains("/no/such/port", Assert.Throws<IOException>(() => RawTerminal.Open("/no/such/port", 115_200)).Message, StringComparison.Ordinal);
        string file = Path.GetTempFileName();
        Assert.Contains("115200 baud", Assert.Throws<IOException>(() => RawTerminal.Open(file, 115_200)).Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public void A_raw_terminal_changes_no_byte_and_closes_with_its_other_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pseudo-terminals of Linux");
        using PseudoTerminal terminal = new();
        using StreamLink board = new(RawTerminal.Open(terminal.Path, 921_600), wake);
        byte[] all = [.. Enumerable.Range(0, 1024).Select(i => (byte)i)];

        terminal.Master.Write(all);
        byte[] received = new byte[all.Length];
        int count = 0;
        WaitUntil(() => (count += board.Read(received, count, received.Length - count)) == all.Length);
        Assert.Equal(all, received);

        Assert.Equal(all.Length, board.Write(all, 0, all.Length));
        Array.Clear(received);
        terminal.Master.ReadExactly(received);
        Assert.Equal(all, received);

        terminal.Dispose();
        WaitUntil(() => !board.IsOpen);
    }

    [Fact]
    public void The_clock_and_the_sensors_tell_what_the_system_tells()
    {
        DeviceClock clock = new();
        long first = clock.NowMs;
        Assert.InRange(first, 0, 60_000);
        Assert.True(clock.NowMs >= first);

        string file = Path.GetTempFileName();
        File.WriteAllText(file, "48312\n");
        BoardSensors sensors = new BoardSensors(file);
        Assert.True(sensors.HasThermometer);
        Assert.True(sensors.TryReadTemperature(out int milliC));
        Assert.Equal(48_312, milliC);
        File.Delete(file);
        Assert.False(sensors.TryReadTemperature(out _));
        Assert.False(new BoardSensors("").HasThermometer);
        Assert.True(sensors.FreeMemoryBytes() > 1_000_000);
    }

    private Socket Connect()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(address);
        return socket;
    }

    private void WaitUntil(Func<bool> condition)
    {
        long end = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < end, "it did not come");
            wake.WaitOne(1);
        }
    }
}
