using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.OpticalSwitch;

public sealed class SelectionMatrixTests
{
    // User 1 reaches input 1 only, user 2 both, user 3 input 2 only.
    private static readonly SelectionMatrix Matrix = new(3, [[1, 2, 0], [0, 1, 2]]);

    [Theory]
    [InlineData(1, 2, 1, 1)]
    [InlineData(1, 3, 1, 2)]
    [InlineData(2, 3, 2, 2)]
    public void Every_pair_has_its_ports(int user1, int user2, int port1, int port2)
    {
        SwitchConnectRequest request = new();
        request.SetPair(user1, user2);
        int[] ports = new int[2];
        byte[] users = new byte[2];

        Assert.True(Matrix.TryResolve(request, ports, users, out _, out _));
        Assert.Equal([port1, port2], ports);
        Assert.Equal([(byte)user1, (byte)user2], users);
    }

    [Fact]
    public void One_route_leaves_the_other_input_dark()
    {
        SwitchConnectRequest request = new() { RouteCount = 1 };
        request.Inputs[0] = 2;
        request.Users[0] = 3;
        int[] ports = [9, 9];

        Assert.True(Matrix.TryResolve(request, ports, new byte[2], out _, out _));
        Assert.Equal([0, 2], ports);
    }

    [Theory]
    [InlineData(1, 1, 1, 2, RefusalReason.TwoUsersOnOneInput, 1)]
    [InlineData(1, 2, 2, 2, RefusalReason.OneUserOnTwoInputs, 2)]
    [InlineData(1, 0, 2, 2, RefusalReason.OutOfRange, 0)]
    [InlineData(1, 4, 2, 2, RefusalReason.OutOfRange, 4)]
    [InlineData(0, 1, 2, 2, RefusalReason.OutOfRange, 0)]
    [InlineData(1, 1, 3, 2, RefusalReason.OutOfRange, 3)]
    [InlineData(1, 3, 2, 2, RefusalReason.NotWired, 3)]
    public void What_cannot_be_is_named(int input1, int user1, int input2, int user2, RefusalReason expected, int expectedDetail)
    {
        SwitchConnectRequest request = new();
        request.SetPair(user1, user2);
        request.Inputs[0] = (byte)input1;
        request.Inputs[1] = (byte)input2;

        Assert.False(Matrix.TryResolve(request, new int[2], new byte[2], out RefusalReason reason, out int detail));
        Assert.Equal((expected, expectedDetail), (reason, detail));
    }
}
