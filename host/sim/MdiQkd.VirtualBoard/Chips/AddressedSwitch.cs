namespace MdiQkd.VirtualBoard.Chips;

/// <summary>
/// A switch module with TTL address lines and position outputs; with a strobe line it takes the address over at the rising edge.
/// </summary>
public sealed class AddressedSwitch
{
    private readonly SwitchMechanics mechanics;
    private readonly bool hasStrobe;

    /// <summary>Connects the lines.</summary>
    /// <param name="mechanics">What they move.</param>
    /// <param name="addressBits">Address lines.</param>
    /// <param name="hasStrobe">Whether a strobe line follows them.</param>
    public AddressedSwitch(SwitchMechanics mechanics, int addressBits, bool hasStrobe)
    {
        this.mechanics = mechanics;
        this.hasStrobe = hasStrobe;
        Address = [.. Enumerable.Range(0, addressBits).Select(_ => new SignalLine())];
        if (hasStrobe)
        {
            Strobe.Changed += on => Move(on);
        }
        else
        {
            foreach (SignalLine line in Address)
            {
                line.Changed += _ => Move(true);
            }
        }
    }

    /// <summary>Address lines, lowest bit first.</summary>
    public SignalLine[] Address { get; }

    /// <summary>Strobe line.</summary>
    public SignalLine Strobe { get; } = new();

    /// <summary>Lines in the order in which a driver bank has them.</summary>
    public SignalLine[] Lines => hasStrobe ? [.. Address, Strobe] : Address;

    /// <summary>Level of a position output: the bits of the position, lowest first, then "valid".</summary>
    public bool Sense(int line) => mechanics.Position >= 0
        && (line == Address.Length || ((mechanics.Position >> line) & 1) != 0);

    private void Move(bool isTaken)
    {
        int position = 0;
        for (int i = 0; i < Address.Length; i++)
        {
            position |= Address[i].Level ? 1 << i : 0;
        }

        if (isTaken && position <= mechanics.Ports)
        {
            mechanics.MoveTo(position);
        }
    }
}
