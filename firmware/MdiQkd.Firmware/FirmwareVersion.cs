namespace MdiQkd.Firmware;

/// <summary>Version of this firmware; the hello tells it.</summary>
public static class FirmwareVersion
{
    /// <summary>Changes what a board can or how it must be wired.</summary>
    public const int Major = 1;

    /// <summary>Adds something.</summary>
    public const int Minor = 0;

    /// <summary>Repairs something.</summary>
    public const int Patch = 0;
}
