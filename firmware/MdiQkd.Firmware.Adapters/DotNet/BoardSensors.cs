using System;
using System.Globalization;
using System.IO;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>Temperature and memory as Linux tells them.</summary>
public sealed class BoardSensors : IBoardSensors
{
    private const string MemoryFile = "/proc/meminfo";
    private const string MemoryKey = "MemAvailable:";

    private readonly string temperatureFile;

    /// <summary>Takes the files.</summary>
    /// <param name="temperatureFile">
    /// File with thousandths of a degree Celsius, such as /sys/class/thermal/thermal_zone0/temp; empty or missing if there is no thermometer.
    /// </param>
    public BoardSensors(string temperatureFile)
    {
        this.temperatureFile = temperatureFile;
        HasThermometer = File.Exists(temperatureFile);
    }

    /// <inheritdoc/>
    public bool HasThermometer { get; }

    /// <inheritdoc/>
    public bool TryReadTemperature(out int milliC)
    {
        milliC = 0;
        try
        {
            return HasThermometer && int.TryParse(
                File.ReadAllText(temperatureFile), NumberStyles.Integer, CultureInfo.InvariantCulture, out milliC);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Memory that the kernel says is available; 4 GB at most, and where it does not say.</summary>
    public uint FreeMemoryBytes()
    {
        try
        {
            foreach (string line in File.ReadLines(MemoryFile))
            {
                if (line.StartsWith(MemoryKey, StringComparison.Ordinal)
                    && long.TryParse(line.AsSpan(MemoryKey.Length).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture, out long kibibytes))
                {
                    return (uint)Math.Min(kibibytes * 1024, uint.MaxValue);
                }
            }
        }
        catch (IOException)
        {
            // Not Linux.
        }

        return uint.MaxValue;
    }
}
