using System.Net;
using System.Net.Sockets;
using MdiQkd.Acquisition.Device;

namespace MdiQkd.Device.Tests.Session;

public sealed class TcpDeviceLinkTests
{
    [Fact]
    public void A_link_that_was_given_up_meanwhile_has_failed_like_any_other()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        TcpDeviceLink link = TcpDeviceLink.Connect("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, TimeSpan.FromSeconds(10));
        link.Dispose();
        Assert.Throws<IOException>(() => link.Write([1]));
        Assert.Throws<IOException>(() => link.Read(new byte[1]));
        Assert.Throws<IOException>(() => link.Wait(1));
    }
}
