namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>Input lines that report positions, on GPIO or on a fan-out chip.</summary>
public interface IInputBank
{
    /// <summary>Lines, numbered from 0.</summary>
    int Lines { get; }

    /// <summary>Takes the levels of all lines at once; false if the chip does not answer.</summary>
    bool Refresh();

    /// <summary>Level of a line at the last <see cref="Refresh"/>.</summary>
    bool IsHigh(int line);
}
