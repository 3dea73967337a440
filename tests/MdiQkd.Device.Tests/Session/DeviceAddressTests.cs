using MdiQkd.Acquisition.Device;

namespace MdiQkd.Device.Tests.Session;

public sealed class DeviceAddressTests
{
    [Theory]
    [InlineData("/dev/ttyUSB0", "/dev/ttyUSB0@921600")]
    [InlineData("/dev/serial/by-id/usb-x@y-port0@115200", "/dev/serial/by-id/usb-x@y-port0@115200")]
    [InlineData("127.0.0.1:7001", "127.0.0.1:7001")]
    [InlineData("board.lab.example:65535", "board.lab.example:65535")]
    [InlineData("[::1]:7001", "[::1]:7001")]
    public void Reads_serial_ports_and_hosts(string text, string canonical)
    {
        Assert.True(DeviceAddress.TryParse(text, out DeviceAddress? address, out string fault), fault);
        Assert.Equal(canonical, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("ttyUSB0")]
    [InlineData("/dev/ttyUSB0@")]
    [InlineData("/dev/ttyUSB0@12")]
    [InlineData("/dev/ttyUSB0@99999999")]
    [InlineData("/dev/ttyUSB0@fast")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData(":7001")]
    [InlineData("::1:7001")]
    [InlineData("a b:7001")]
    public void Refuses_everything_else_with_an_example(string text)
    {
        Assert.False(DeviceAddress.TryParse(text, out _, out string fault));
        Assert.Equal(
            $"'{text}' is no device address: a serial port such as /dev/ttyUSB0 or /dev/ttyUSB0@115200, or host:port is needed", fault);
    }

    [Fact]
    public void What_is_no_serial_port_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "serial ports need Linux");
        Assert.Contains("there is no such port", Failure("/dev/no-such-port"), StringComparison.Ordinal);
        Assert.Contains("this is no serial port", Failure("/dev/null"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_where_nobody_listens_is_named()
    {
        using System.Net.Sockets.TcpListener closed = new(System.Net.IPAddress.Loopback, 0);
        closed.Start();
        string text = closed.LocalEndpoint.ToString()!;
        closed.Stop();
        Assert.Contains($"no connection to {text}", Failure(text), StringComparison.Ordinal);
    }

    private static string Failure(string text)
    {
        Assert.True(DeviceAddress.TryParse(text, out DeviceAddress? address, out _));
        DeviceException e = Assert.Throws<DeviceException>(() => address.Open(TimeSpan.FromSeconds(5)));
        Assert.Equal(DeviceFailure.Unreachable, e.Failure);
        return e.Message;
    }
}
