namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>Output lines that drive coils and addresses, on GPIO or on a fan-out chip.</summary>
public interface IOutputBank
{
    /// <summary>Lines, numbered from 0.</summary>
    int Lines { get; }

    /// <summary>Prepares a level; nothing moves before <see cref="Apply"/>.</summary>
    void Set(int line, bool on);

    /// <summary>Drives all prepared levels at once.</summary>
    /// <returns>False if the driver chip does not read back what was written before.</returns>
    bool Apply();
}
