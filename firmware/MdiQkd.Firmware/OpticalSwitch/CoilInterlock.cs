namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>Lets one coil of the whole board be energised at a time: pulses never overlap, and the supply carries one coil.</summary>
public sealed class CoilInterlock
{
    private object owner;

    /// <summary>Asks for the supply.</summary>
    /// <returns>Whether <paramref name="unit"/> has it now.</returns>
    public bool TryAcquire(object unit)
    {
        if (owner == null)
        {
            owner = unit;
        }

        return ReferenceEquals(owner, unit);
    }

    /// <summary>Gives the supply back; nothing happens if another unit has it.</summary>
    public void Release(object unit)
    {
        if (ReferenceEquals(owner, unit))
        {
            owner = null;
        }
    }
}
