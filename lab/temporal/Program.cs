Console.WriteLine("Metal3.Lab.Temporal");
