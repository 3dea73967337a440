using MdiQkd.Network.Tests.Harness;
using MdiQkd.Protocol;
using MdiQkd.Sifting;

namespace MdiQkd.Network.Tests.Blindness;

/// <summary>What both users prepared for the events of a block, in announcement order, as the harness drew it.</summary>
internal sealed class CapturedStates
{
    private readonly List<byte> a = [];
    private readonly List<byte> b = [];

    /// <summary>Captures the states of every session that the network runs from now on, behind an optional change.</summary>
    public static CapturedStates Of(InMemoryNetwork network, Action<int, byte[], byte[]>? change = null)
    {
        CapturedStates states = new();
        network.Prepare = (_, _, a, b) =>
        {
            change?.Invoke(states.a.Count, a, b);
            states.a.AddRange(a);
            states.b.AddRange(b);
        };
        return states;
    }

    public IReadOnlyList<byte> A => a;

    public IReadOnlyList<byte> B => b;

    public int Events => a.Count;

    /// <summary>Announcement indices of the z-z events: entry i is where sifted bit i comes from.</summary>
    public int[] ZzEvents() => [.. Enumerable.Range(0, a.Count).Where(index => IsZ(a[index]) && IsZ(b[index]))];

    /// <summary>Bits of these states, LSB first.</summary>
    public static ulong[] Bits(IEnumerable<byte> states)
    {
        byte[] packed = [.. states];
        ulong[] plane = new ulong[BitPlane.Words(packed.Length)];
        BitPlane.FromPacked(packed, PreparedState.BitShift, plane);
        return plane;
    }

    public static bool IsZ(byte state) => new PreparedState(state).Label == IntensityLabel.Z;

    public static bool IsX(byte state) => new PreparedState(state).Label is IntensityLabel.V or IntensityLabel.W;
}
