using MdiQkd.Node.Pair;
using MdiQkd.Preparation;
using MdiQkd.Protocol;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>A state encoder whose states are what a test wrote down; it says which sessions it really emitted, and how often.</summary>
internal sealed class ScriptedEmission : IEmission
{
    private readonly Dictionary<SessionId, (long[] Slots, byte[] Packed)> states = [];
    private readonly HashSet<SessionId> held = [];

    /// <summary>Sessions in the order they were started; a session twice would be a slot emitted twice.</summary>
    public List<SessionId> Started { get; } = [];

    /// <summary>Sessions stopped or forgotten.</summary>
    public List<SessionId> Forgotten { get; } = [];

    /// <summary>Sets the states of a session; slots ascend.</summary>
    public void Write(SessionId session, ReadOnlySpan<long> slots, ReadOnlySpan<byte> packed)
    {
        states[session] = (slots.ToArray(), packed.ToArray());
    }

    public void Start(SessionLight light)
    {
        Started.Add(light.Session);
        held.Add(light.Session);
    }

    public bool TryRead(SessionId session, ReadOnlySpan<long> slots, Span<byte> packed)
    {
        (long[] written, byte[] prepared) = states.GetValueOrDefault(session, ([], []));
        for (int index = 0; index < slots.Length; index++)
        {
            // A slot that no test wrote still was emitted with some state.
            int place = Array.BinarySearch(written, slots[index]);
            packed[index] = place >= 0 ? prepared[place] : (byte)IntensityLabel.Z;
        }

        return held.Contains(session);
    }

    public void Forget(SessionId session)
    {
        held.Remove(session);
        Forgotten.Add(session);
    }
}
