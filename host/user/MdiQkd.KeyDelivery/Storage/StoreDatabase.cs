using Microsoft.Data.Sqlite;

namespace MdiQkd.KeyDelivery.Storage;

/// <summary>
/// The SQLite file under a key store: opened exclusively by one process, one connection, every write one transaction that
/// is on disk (WAL, synchronous=FULL) before the call returns.
/// </summary>
internal sealed class StoreDatabase : IDisposable
{
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

    private const string EmptyLog = "PRAGMA wal_checkpoint(TRUNCATE)";

    private const string Schema = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE block (
            id INTEGER PRIMARY KEY AUTOINCREMENT, block BLOB NOT NULL UNIQUE, peer TEXT NOT NULL,
            chunks INTEGER NOT NULL, state INTEGER NOT NULL);
        CREATE INDEX block_by_peer ON block (peer, id);
        CREATE TABLE assignment (
            id INTEGER PRIMARY KEY, assignment BLOB NOT NULL UNIQUE, peer TEXT NOT NULL, state INTEGER NOT NULL,
            master TEXT NOT NULL, slave TEXT NOT NULL, size_bits INTEGER NOT NULL, digest BLOB NOT NULL,
            added INTEGER NOT NULL);
        CREATE INDEX assignment_by_state ON assignment (peer, state);
        CREATE TABLE chunk (
            key_id BLOB PRIMARY KEY, block INTEGER NOT NULL REFERENCES block (id), position INTEGER NOT NULL,
            peer TEXT NOT NULL, issued_here INTEGER NOT NULL, state INTEGER NOT NULL,
            assignment INTEGER REFERENCES assignment (id), part INTEGER, sealed BLOB) WITHOUT ROWID;
        CREATE UNIQUE INDEX chunk_by_block ON chunk (block, position);
        CREATE INDEX chunk_by_state ON chunk (peer, state, issued_here, block, position);
        CREATE INDEX chunk_by_assignment ON chunk (assignment, part) WHERE assignment IS NOT NULL;
        """;

    private readonly SqliteConnection connection;
    private readonly Lock gate = new();
    private readonly string path;
    private bool disposed;
    private bool logHoldsPages;

    private StoreDatabase(string path, SqliteConnection connection)
    {
        this.path = path;
        this.connection = connection;
    }

    /// <summary>Called with "step:commit" before and "step:durable" after the commit of every write; tests crash here.</summary>
    internal Action<string>? AtStep { get; set; }

    /// <summary>Opens the file; a missing or empty one gets the schema and <paramref name="populate"/> in one transaction.</summary>
    public static StoreDatabase Open(string path, Action<StoreDatabase> populate)
    {
        CreateOwnerOnly(path);
        SqliteConnectionStringBuilder settings = new()
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 1,
        };
        SqliteConnection connection = new(settings.ConnectionString);
        StoreDatabase database = new(path, connection);
        try
        {
            database.Guard(() => database.Prepare());
            database.Write("create", () =>
            {
                if (database.Scalar("SELECT count(*) FROM sqlite_master") is 0L)
                {
                    database.Execute(Schema);
                    populate(database);
                }
                return true;
            });
            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="body"/> as one durable transaction; an exception undoes it.</summary>
    public T Write<T>(string step, Func<T> body)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return Guard(() =>
            {
                using SqliteTransaction transaction = connection.BeginTransaction();
                T result = body();
                AtStep?.Invoke(step + ":commit");
                transaction.Commit();
                logHoldsPages = true;
                AtStep?.Invoke(step + ":durable");
                return result;
            });
        }
    }

    /// <summary>Runs <paramref name="body"/> with the connection to itself.</summary>
    public T Read<T>(Func<T> body)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return Guard(body);
        }
    }

    /// <summary>Moves the write-ahead log into the file and cuts it to nothing, unless it is empty.</summary>
    public void EraseLog()
    {
        lock (gate)
        {
            if (logHoldsPages && !disposed)
            {
                Guard(() => Execute(EmptyLog));
                logHoldsPages = false;
            }
        }
    }

    /// <summary>Executes a statement inside <see cref="Write"/>; yields the number of changed rows.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>First column of the first row, or null, inside <see cref="Read"/> or <see cref="Write"/>.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        object? value = command.ExecuteScalar();
        return value is DBNull ? null : value;
    }

    /// <summary>All rows, inside <see cref="Read"/> or <see cref="Write"/>.</summary>
    public List<T> Rows<T>(Func<SqliteDataReader, T> map, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        using SqliteDataReader reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(map(reader));
        }
        return rows;
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            connection.Dispose();
        }
    }

    // The file exists, with mode 0600, before SQLite sees it: SQLite gives its journal the mode of the database. It is never
    // opened again beside SQLite, because closing any descriptor of a file drops the process' POSIX locks on it.
    private static void CreateOwnerOnly(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                }
                new FileStream(path, options).Dispose();
            }
            else if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException(KeyStoreFault.Inaccessible, $"key store {path}: {e.Message}", e);
        }
    }

    private int Prepare()
    {
        connection.Open();
        // Exclusive before the first read: the lock is then held until the connection closes, and needs no shared memory.
        Execute("PRAGMA locking_mode = EXCLUSIVE");
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("PRAGMA secure_delete = ON");
        Execute("PRAGMA foreign_keys = ON");
        Execute("PRAGMA temp_store = MEMORY");
        Execute("BEGIN EXCLUSIVE; COMMIT");
        if (Scalar("PRAGMA quick_check(1)") is not "ok")
        {
            throw Damaged(null);
        }
        // Erased chunks leave the log too, as far as the file system allows.
        return Execute(EmptyLog);
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant; values go in as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }
        return command;
    }

    private T Guard<T>(Func<T> body)
    {
        try
        {
            return body();
        }
        catch (SqliteException e)
        {
            throw e.SqliteErrorCode switch
            {
                SqliteBusy or SqliteLocked => new KeyStoreException(KeyStoreFault.InUse,
                    $"key store {path} is in use by another process; a node's store has one user", e),
                SqliteCorrupt or SqliteNotADatabase => Damaged(e),
                _ => new KeyStoreException(KeyStoreFault.Inaccessible, $"key store {path}: {e.Message}", e),
            };
        }
    }

    private KeyStoreException Damaged(Exception? inner) => new(KeyStoreFault.Damaged,
        $"key store {path} is damaged or not a key store; move it aside and start with an empty one "
        + "(never with an old copy: it would hold keys that are already delivered)", inner);
}
